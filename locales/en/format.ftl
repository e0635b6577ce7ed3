# Formats of dates and numbers.

# The locale for the names of months and days, as glibc names it: de_DE, pt_BR.
format-locale = en_GB
# Patterns: https://docs.rs/chrono/latest/chrono/format/strftime/
format-date = %-d %B %Y
format-date-time = %-d %B %Y, %H:%M UTC
format-number-separator = ,
