// 简体中文：提前估算。

export default {
  'ahead.hint': '顺序不限，有空就估。亮牌之前没有人能看到你的估算。',
  'ahead.none': '没有可以提前估算的故事了。',
  'ahead.yours': '你的估算：{value}',
  'ahead.next': '下一个故事',
  'ahead.progress': '提前估算',
  'ahead.stories': '{n}/{of} 个故事已估算',
  'ahead.toGo': '{name}（还差 {n} 个）',
  'ahead.reveal': '亮出所有已估算的',
  'ahead.sure': '确认亮出 {n} 个故事',
  'ahead.sureHint': '{n} 个故事将成为所有人可见的结果。此操作无法撤销。',
  'ahead.lacking': '其中 {n} 个还缺少估算。',
  'ahead.table': '当前这一轮会一起亮牌并结束。',
  'ahead.revealed': '{n} 个故事已一起亮牌',
  'ahead.left': '你为已移除的故事写下的内容',
  'ahead.discard': '放弃',
  'error.unknown_topic': '该故事已不在列表中。你写的内容已保留。',
  'error.ahead_full': '你的理由总共太长了，请缩短一些。',
};
