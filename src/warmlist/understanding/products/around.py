"""What stands around numbers, in every language: money, dates, ages, verbs of buying, ranges, sides."""

from __future__ import annotations

import re
from decimal import Decimal

from warmlist.understanding.products.numbers import CHINESE, DIGITS, MULTIPLIERS

#: What holds digits and is no requirement: addresses, telephone numbers, dates, hours, order numbers.
MASKED = re.compile(
    r"https?://\S+|\S+@\S+\.\S+|www\.\S+|#\d+|\+?\d[\d ().-]{7,}\d(?![\d ]*[a-z])"
    r"|\b\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\b|\b\d{1,2}:\d{2}\b|\d{1,2}[时点h]\d{0,2}(?![a-z])"
)
_MONEY = "$€£¥₹₽₺₪￥"
_MONEY_WORDS = (
    r"(?:euro?s?|eur|usd|dollars?|dolares|bucks|quid|gbp|rs|rupees|inr|tl|lira\w*|rub"
    r"|руб\w*|р|rp|ribu|rb|jt"
    r"|reais|real|conto|pesos?|soles|lucas|chf|franken|francs|元|块钱?|円|刀|蚊|港币|台币|ريال"
    r"|درهم|جنيه|دينار|دولار"
    r"|रुपये|रुपए|रु|रूपये|rupaye|rupay|egp|sar|aed|dhs?|balles|тг|тенге|грн|折|off"
    r"|rabatt|sconto|de descuento"
    r"|desc|discount|indirim|скидк\w*|rand|naira|ksh|pounds?|p|欧|美金|美元|万円|千円|cents?|centesimi)"
)
#: No letter of a script that parts words by blanks.
_END = r"(?![^\W\d_\u2e80-\uffef])"
MONEY_AFTER = re.compile(rf" ?(?:[{_MONEY}]|{_MONEY_WORDS}{_END})")
MONEY_BEFORE = re.compile(rf"(?:[{_MONEY}]|(?:rs|rp|r\$|usd|eur|us\$|hk\$|nt|inr|ksh)\.?) ?$")
#: A moment or span of time, which an age is not.
AGO = re.compile(
    r"(?: ?(?:ago|fa|hace|atras|once|lalu|पहले|pehle|назад|前|以前|warranty|guarantee"
    r"|garanzia|garantie|garanti"
    r"|garantia|保修|质保|保証|of use|later|dopo|despues|spater|后|後|以后|支付|分期|installments))"
)
BEFORE_AGO = re.compile(
    r"(?:vor|hace|depuis|seit|il y a|since|منذ|قبل|過去|过去|last|dopo|tra|within|entro"
    r"|dans|garant\w*|warranty) ?$"
)
TO = re.compile(
    r" ?(?:-|~|to|bis|do|до|a|e|al|alla|ate|hasta|through|到|至|から|से|se|إلى|الى|ل|and|和|或|or|\+) ?"
)
BY = re.compile(r" ?(?:x|×|х|\*|by|per|por|auf|乘|في|ب|की|掛け|، ?|metreye|a) ?")
MONTHS = re.compile(
    r" ?-?(months?|mos?|mth|mesi|mese|monate?n?|meses|mes|mois|个月|ヶ月|か月|カ月|ケ月|bulan"
    r"|bln|شهور|اشهر|شهر"
    r"|महीने|माह|mahine|mahina|aylik|ay|месяц\w*|мес)" + _END
)
YEARS = re.compile(
    r" ?-?(years?|yrs?|yo|y\.?o|anni|anno|jahre?n?|jahrig\w*|anos?|ans?|岁|歳|才|tahun"
    r"|thn|سنه|سنوات|سنين|सालों?|साल"
    r"|saal|sal|yas\w*|yasinda|лет|года?|годик\w*)" + _END
)
NUMBER = re.compile(rf"(?<![\d.,/]){DIGITS}|(?<![0-9]){CHINESE}")
MULTIPLIER = re.compile(
    r" ?(" + "|".join(sorted(MULTIPLIERS, key=len, reverse=True)) + r")(?![^\W\d_\u2e80-\uffef])"
)
HALF = re.compile(
    r" ?(?:半|e mezz[oa]|y medi[oa]|e mei[oa]|et demie?|and a half|с половин\w*|bucuk|ونص)"
)
SIZE_LETTERS = re.compile(
    r"(?<![A-Za-zÀ-ɏ0-9_'’.&/-])(?:X{0,3}S|X{0,3}L|M|[2-5]XL"
    r"|GG)(?![A-Za-zÀ-ɏ0-9_'’&/]|-\w|\.\w| ?\+)"
)
#: What stands for a requirement by itself, letters and digits together: a code of a standard.
CODES = (
    (re.compile(r"(?<![a-z])ip ?[56][0-9]x?(?!\d)"), "other"),
    (re.compile(r"(?<![a-z])(?:spf|lsf|спф|fps) ?\d{2}\+?"), "other"),
    (re.compile(r"(?<![a-z])(?:n[cw] ?\d{2}|[1-4][nwc]\d)(?![a-z0-9])"), "colour"),
    (re.compile(r"(?<![a-z])dn ?\d{2,3}(?!\d)"), "size"),
    (re.compile(r"(?<![a-z])(?:us|eu|uk) ?\d{1,2}(?:\.5)?(?![\d.])(?! ?[$€£%])"), "size"),
    (re.compile(r"(?<![a-z0-9])(?:4k|8k|1080p|1440p|2k)(?![a-z0-9])"), "screen"),
)
#: Below zero: before a number.
MINUS = re.compile(
    r"(?:(?:^|(?<=\s))-|(?:minus|meno|moins|menos|eksi|минус|माइनस|零下|マイナス) ?)$"
)
#: Behind '个', which counts anything: what is not goods.
NO_GOODS = re.compile(r"[月小人字问星礼钟点钱多半]")
#: A message no longer than this that holds one number of this range says a size.
SHORT = 16
SIZES = (Decimal(34), Decimal(48))
CLAUSE_END = re.compile(
    r" ?(?:[.,!?;。，！？；؟।\n]|$|pls|please|bitte|grazie|por favor|gracias|s'il)"
)
#: Verbs that a number of things follows, and words for time, which are no things.
BUYS = re.compile(
    r"(?:take|taking|send|need|want|order|give me|add|another|keep|get|buy|prendo"
    r"|prendiamo|compro|mandi|mandami|con"
    r"|llevo|mandame|quiero|nehme?|brauche?n?|schick\w*|such\w*|prends?|mets?|envoyez"
    r"|par|ambil|beli|kirim|simpan"
    r"|alsam|alirim|gonder\w*|возьму|беру|пришлите|надо|нужно|要|拿|来|订|买|留|دز|اخذ|اخد"
    r"|ابعث|quero|manda|levo) ?$"
)
OF_THEM = re.compile(
    r" ?(?:of (?:the|them|those|these|each)|di quel|von d|de los|de las|x favor|mal(?![a-z]))"
)
TIME = re.compile(
    r" ?(?:day|week|hour|min|tag|woche|stund|uhr|giorn|or[ae]|settiman|jour|heure"
    r"|semaine|dia|hora|seman|hari|jam"
    r"|minggu|din|ghante|gun|saat|hafta|дн|час|недел|мин|天|点|小时|分|号|月|يوم|ايام|ساع|日"
    r"|時|am|pm|month|monat|mes"
    r"|mois|mesi|bulan|ay|year|jahr|ann|an|ano|o'clock|th|st|nd|rd|%|:)"
)
STORES = frozenset(map(Decimal, (64, 128, 256, 512)))
FEW_WORDS = re.compile(r"(?: [^\W\d_]{3,}){1,2} ")
STORED = frozenset(map(Decimal, (8, 16, 32, 64, 128, 256, 512)))
#: What is bought for a number of people.
FOR_PEOPLE = frozenset(("tent", "sofa", "table", "bed", "chair", "coffee_machine", "armchair"))
#: The counter that stands for anything, and so for much that is no quantity of goods.
ANY_COUNTER = "个"
#: Units of the sides of a thing.
SIDES = frozenset(("m", "cm", "mm", "in", "ft"))
