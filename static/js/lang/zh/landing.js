// 简体中文, on the front page.

export default {
  'landing.title': '省心的计划扑克',
  'landing.lead': '打开房间，分享链接，一起估算。所有人准备好之前，牌面一直朝下。',
  'landing.create': '打开房间',
  'landing.promise': '无需注册，没有广告，不用安装。',
  'landing.code': '大屏上的房间码',
  'landing.enter': '加入',
  'landing.noCode': '没有这个房间码。',
  'landing.forgotten': '你的信息已清除，这里没有留下任何内容。从现在起，你是一位新用户。',
  'landing.recent': '最近的房间',
  'landing.untitled': '房间 … {id}',
  'landing.forget': '从列表中移除此房间',
};
