// 日本語, on the front page.

export default {
  'landing.title': '手間のいらないプランニング ポーカー',
  'landing.lead': 'ルームを開き、リンクを共有し、一緒に見積もる。全員がそろうまで、カードは伏せたままです。',
  'landing.create': 'ルームを開く',
  'landing.promise': '登録も、広告も、インストールもありません。',
  'landing.code': '大画面のコード',
  'landing.enter': '参加',
  'landing.noCode': 'このコードのルームはありません。',
  'landing.forgotten': 'あなたの情報は消去され、ここには何も残っていません。これからは新しい利用者です。',
  'landing.recent': '最近のルーム',
  'landing.untitled': 'ルーム … {id}',
  'landing.forget': 'このルームを忘れる',
};
