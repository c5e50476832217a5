// 日本語：先に見積もるところ。

export default {
  'ahead.hint': '順番も時間も自由です。公開されるまで、あなたの見積もりは誰にも見えません。',
  'ahead.none': '先に見積もるストーリーはもうありません。',
  'ahead.yours': 'あなたの見積もり: {value}',
  'ahead.next': '次のストーリー',
  'ahead.progress': '先に見積もり済み',
  'ahead.stories': '{of}件中{n}件が見積もり済み',
  'ahead.toGo': '{name}（残り{n}件）',
  'ahead.reveal': '見積もり済みをすべて公開',
  'ahead.sure': 'はい、{n}件を公開します',
  'ahead.sureHint': '{n}件が全員に見える結果になります。元に戻せません。',
  'ahead.lacking': 'そのうち{n}件には、まだ見積もりのない人がいます。',
  'ahead.table': '今のラウンドも公開され、一緒に終わります。',
  'ahead.revealed': '{n}件のストーリーがまとめて公開されました',
  'ahead.left': 'なくなったストーリーに書いた内容',
  'ahead.discard': '破棄',
  'error.unknown_topic': 'そのストーリーはもうリストにありません。書いた内容は残っています。',
  'error.ahead_full': '理由が合計で長すぎます。いくつか短くしてください。',
};
