// 简体中文，与缺席、迟到和分心的人有关。

export default {
  'absence.away': '{name} 不在。',
  'absence.left': '房主已离开。',
  'absence.unowned': '此房间无人主持：房主没有回来。',
  'absence.standIn': '{n} 秒后可由他人暂代。',
  'absence.soon': '{n} 秒后你可以继续。',
  'absence.goOn': '不等 {name}，继续',
  'absence.goOnAlone': '不等房主，继续',
  'absence.ends': '如果房主不回来，此房间及其历史将于 {time} 结束。',
  'absence.take': '保存历史',
  'absence.takeOver': '接管房间',
  'absence.successor': '{name} 在新房间里继续。',
  'absence.meanwhile': '你不在时，{name} 转到新房间继续了。',
  'absence.mine': '你已转到新房间继续。',
  'absence.along': '一起去',
  'absence.there': '前往',
  'absence.back': '可以亮牌的人回来了。',
  'absence.wentOn': '这个房间归你，沿用另一个房间的议题和牌组，那里的所有人都会收到邀请。',

  'choices.back': '房间此前已结束。你的牌组和设置已恢复。',

  'signal.turn': '轮到你了：其他人都已估算',
  'signal.complete': '所有人都已估算',
  'signal.sound': '播放声音',
  'signal.hint': '当所有人都已估算，或只差你一人时',
  'signal.notify': '显示通知',
  'signal.notifyHint': '同上，在你查看其他内容时',
  'signal.denied': '浏览器不允许本站发送通知',

  'door.waits': '{name} 正在等待进入。',
  'door.more': '{name} 和另外 {n} 人正在等待进入。',
  'door.admit': '放行',
  'door.all': '全部放行',
  'door.refuse': '拒绝',
  'signal.door': '有人正在等待进入',
};
