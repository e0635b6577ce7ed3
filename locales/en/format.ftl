# How dates and numbers look.

# Names of months and days come from this locale, written as in glibc: de_DE, pt_BR.
format-locale = en_GB
# Patterns: https://docs.rs/chrono/latest/chrono/format/strftime/
format-date = %-d %B %Y
format-date-time = %-d %B %Y, %H:%M UTC
format-number-separator = ,
