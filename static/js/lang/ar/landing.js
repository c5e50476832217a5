// العربية, on the front page.

export default {
  'landing.title': 'بوكر التخطيط بلا تعقيد',
  'landing.lead': 'افتح غرفة، وشارك الرابط، وقدّروا معًا. تبقى البطاقات مقلوبة حتى يستعدّ الجميع.',
  'landing.create': 'فتح غرفة',
  'landing.promise': 'بلا تسجيل، بلا إعلانات، بلا تثبيت.',
  'landing.code': 'الرمز على الشاشة الكبيرة',
  'landing.enter': 'انضمام',
  'landing.noCode': 'لا توجد غرفة بهذا الرمز.',
  'landing.forgotten': 'مُحيت بياناتك ولم يبقَ منها شيء هنا. من الآن أنت مستخدم جديد.',
  'landing.recent': 'الغرف الأخيرة',
  'landing.untitled': 'الغرفة … {id}',
  'landing.forget': 'نسيان هذه الغرفة',
};
