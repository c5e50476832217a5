// 日本語, where one is in no room.

export default {
  'gone.removed': 'ルームから外されました',
  'ended.title': 'ここではサインアウトしています',
  'ended.why': '別の端末でこのセッションを終了したか、情報の消去を求めたためです。新しい利用者として続けられます。',
  'ended.afresh': '新しく始める',
  'gone.closed': 'このルームは閉鎖されました',
  'gone.closed.why': 'オーナーが終了しました。名前と見積もりは削除され、リンクはもう使えません。',
  'gone.not_admitted': 'このルームには参加できません',
  'gone.not_admitted.why': 'オーナーがあなたを完全に外しました。間違いなら、取り消せるのはオーナーだけです。',
  'gone.removed.why': 'オーナーがあなたをテーブルから外しました。間違いなら、そのまま戻れます。',
  'gone.ended': 'このルームは終了しました',
  'gone.ended.why':
    'オーナーが長く不在だったため、名前と見積もりは削除されました。リンクは今も有効で、空のルームとして開き直せます。',
  'gone.room_not_found.why':
    'リンクの一部が欠けているのかもしれません。もう一度送ってもらうか、自分のルームを開いてください。',
  'gone.room_full.why': '誰かが退出するまで、ほかの人は参加できません。',
  'gone.room_not_found': 'そのようなルームはありません',
  'gone.room_full': 'ルームは満員です',
  'gone.return': '戻る',
  'gone.along': 'みんながいるルームへ',
  'gone.revive': '開き直す',
  'gone.retry': '再試行',
  'gone.home': 'トップページへ',
  'gone.waiting': '入室の許可を待っています',
  'gone.waiting.why':
    'ルームはロックされています。中の人にはあなたが来たことが見えていて、誰かが許可するとすぐに入れます。',
  'gone.refused': '入室は許可されませんでした',
  'gone.refused.why': 'ルームはロックされています。間違いであれば中の人に伝えて、5分後にもう一度お試しください。',
};
