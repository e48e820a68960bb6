"""Tables of English abbreviations, units, symbols and currencies."""

# Tables read better packed than one entry to a line.
# fmt: off
MONTHS = {
    "jan": "January", "feb": "February", "mar": "March", "apr": "April", "jun": "June", "jul": "July",
    "aug": "August", "sep": "September", "sept": "September", "oct": "October", "nov": "November",
    "dec": "December",
}
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)

TITLES = {
    "dr": "Doctor", "mr": "Mister", "mrs": "Missus", "ms": "Miz", "prof": "Professor", "st": "Saint",
    "gen": "General", "gov": "Governor", "sen": "Senator", "rep": "Representative", "capt": "Captain",
    "lt": "Lieutenant", "col": "Colonel", "sgt": "Sergeant", "rev": "Reverend", "hon": "Honorable",
    "mt": "Mount", "ft": "Fort", "pres": "President",
}
"""Before a name, written with a period. Without one: Dr, Mr, Mrs, Ms, Prof."""

BARE_TITLES = frozenset({"dr", "mr", "mrs", "ms", "prof"})

STREETS = {"st": "Street", "dr": "Drive", "ave": "Avenue", "blvd": "Boulevard", "rd": "Road", "ln": "Lane"}
"""After a name, written with a period."""

ABBREVIATIONS = {
    "e.g.": "for example", "i.e.": "that is", "etc.": "et cetera", "vs.": "versus", "vs": "versus",
    "approx.": "approximately", "est.": "established", "dept.": "department", "inc.": "incorporated",
    "ltd.": "limited", "corp.": "corporation", "co.": "company", "bros.": "brothers", "jr.": "junior",
    "sr.": "senior", "min.": "minutes", "max.": "maximum", "fig.": "figure", "vol.": "volume",
    "apt.": "apartment", "govt.": "government", "univ.": "university", "assn.": "association",
    "a.m.": "AM", "p.m.": "PM", "w/": "with", "w/o": "without", "a.k.a.": "AKA", "ph.d.": "PhD",
    "tel.": "telephone", "ext.": "extension", "misc.": "miscellaneous", "cf.": "compare", "ca.": "circa",
}

# singular, plural
UNITS = {
    "km": ("kilometer", "kilometers"), "m": ("meter", "meters"), "cm": ("centimeter", "centimeters"),
    "mm": ("millimeter", "millimeters"), "mi": ("mile", "miles"), "ft": ("foot", "feet"),
    **{
        "in": ("inch", "inches"),
        "yd": ("yard", "yards"),
        "kg": ("kilogram", "kilograms"),
        "g": ("gram", "grams"),
    },
    "mg": ("milligram", "milligrams"), "lb": ("pound", "pounds"), "lbs": ("pound", "pounds"),
    "oz": ("ounce", "ounces"), "l": ("liter", "liters"), "ml": ("milliliter", "milliliters"),
    "km/h": ("kilometer per hour", "kilometers per hour"), "mph": ("mile per hour", "miles per hour"),
    "kb": ("kilobyte", "kilobytes"), "mb": ("megabyte", "megabytes"), "gb": ("gigabyte", "gigabytes"),
    "tb": ("terabyte", "terabytes"), "hz": ("hertz", "hertz"), "khz": ("kilohertz", "kilohertz"),
    "mhz": ("megahertz", "megahertz"), "ghz": ("gigahertz", "gigahertz"), "kw": ("kilowatt", "kilowatts"),
    "kwh": ("kilowatt hour", "kilowatt hours"), "w": ("watt", "watts"), "v": ("volt", "volts"),
    "ms": ("millisecond", "milliseconds"), "s": ("second", "seconds"), "sec": ("second", "seconds"),
    **{
        "min": ("minute", "minutes"),
        "h": ("hour", "hours"),
        "hr": ("hour", "hours"),
        "hrs": ("hour", "hours"),
    },
    "px": ("pixel", "pixels"), "fps": ("frame per second", "frames per second"),
    "°c": ("degree Celsius", "degrees Celsius"), "°f": ("degree Fahrenheit", "degrees Fahrenheit"),
    "°": ("degree", "degrees"), "dB": ("decibel", "decibels"), "db": ("decibel", "decibels"),
    "mbps": ("megabit per second", "megabits per second"), "sqft": ("square foot", "square feet"),
}
AMBIGUOUS_UNITS = frozenset({"in"})
"""Not units when they stand apart from the number: "3 in 10"."""

# symbol: singular, plural, and the hundredth
CURRENCIES = {
    "$": ("dollar", "dollars", "cent", "cents"),
    "€": ("euro", "euros", "cent", "cents"),
    "£": ("pound", "pounds", "penny", "pence"),
    "¥": ("yen", "yen", "", ""),
    "₹": ("rupee", "rupees", "paisa", "paise"),
    "₩": ("won", "won", "", ""),
}
CURRENCY_CODES = {"usd": "$", "us$": "$", "eur": "€", "gbp": "£", "jpy": "¥", "inr": "₹"}
MAGNITUDES = {
    "k": "thousand",
    "m": "million",
    "mn": "million",
    "b": "billion",
    "bn": "billion",
    "t": "trillion",
}
MAGNITUDE_WORDS = frozenset({"thousand", "million", "billion", "trillion"})

SYMBOLS = {
    **{
        "&": "and",
        "+": "plus",
        "=": "equals",
        "%": "percent",
        "@": "at",
        "<": "less than",
        ">": "greater than",
    },
    "#": "number", "~": "about", "°": "degrees", "×": "times", "÷": "divided by", "±": "plus or minus",
    "→": "to", "½": "one half", "¼": "one quarter", "¾": "three quarters", "§": "section", "¢": "cents",
    "≈": "about", "≤": "at most", "≥": "at least", "$": "dollars", "€": "euros", "£": "pounds",
}

NUMBERED = frozenset({
    "chapter", "part", "act", "scene", "section", "volume", "book", "phase", "article", "mark", "type",
    "level", "stage", "class", "grade", "round", "war", "bowl", "episode", "season", "step",
})
"""Words after which a Roman numeral is a cardinal number."""

MONARCHS = frozenset({
    "pope", "king", "queen", "henry", "louis", "edward", "george", "william", "charles", "james", "richard",
    "elizabeth", "napoleon", "pius", "benedict", "leo", "paul", "frederick", "philip", "alexander",
    "nicholas", "peter", "catherine", "ivan", "ramses", "ferdinand",
})
"""Words after which a Roman numeral is an ordinal number."""
