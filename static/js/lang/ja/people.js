// 日本語、離席中の人、遅れた人、ほかを見ている人のために。

export default {
  'absence.away': '{name}さんは離席中です。',
  'absence.left': 'オーナーが退出しました。',
  'absence.unowned': 'このルームには進行役がいません。オーナーが戻っていません。',
  'absence.standIn': 'あと{n}秒で誰かが代行できます。',
  'absence.soon': 'あと{n}秒で続行できます。',
  'absence.goOn': '{name}さん抜きで続ける',
  'absence.goOnAlone': 'オーナー抜きで続ける',
  'absence.ends': 'オーナーが戻らなければ、このルームと履歴は {time} に終了します。',
  'absence.take': '履歴を保存',
  'absence.takeOver': 'ルームを引き継ぐ',
  'absence.successor': '{name}さんが新しいルームで続けています。',
  'absence.meanwhile': 'あなたの不在中に、{name}さんが新しいルームで続けています。',
  'absence.mine': 'あなたは新しいルームで続けています。',
  'absence.along': '一緒に行く',
  'absence.there': '移動する',
  'absence.back': '公開できる人が戻りました。',
  'absence.wentOn':
    'このルームはあなたのものです。前のルームのトピックとカードを引き継ぎました。前のルームの全員に移動を呼びかけます。',

  'choices.back': 'ルームは終了していました。あなたのカードと設定は元に戻りました。',

  'signal.turn': 'あなたの番です。ほかの全員が見積もりました',
  'signal.complete': '全員が見積もりました',
  'signal.sound': '音を鳴らす',
  'signal.hint': '全員が見積もったとき、あなただけが残っているとき',
  'signal.notify': '通知を表示',
  'signal.notifyHint': '同じことを、ほかの画面を見ているときに',
  'signal.denied': 'ブラウザーがこのサイトの通知を許可していません',

  'door.waits': '{name}さんが入室の許可を待っています。',
  'door.more': '{name}さんとほか{n}人が入室の許可を待っています。',
  'door.admit': '許可する',
  'door.all': '全員を許可',
  'door.refuse': '断る',
  'signal.door': '入室の許可を待っている人がいます',
};
