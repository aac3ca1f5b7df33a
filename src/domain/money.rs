//! Money: an amount in a currency, exact until it is shown.
//!
//! **Invariant:** no floating point. Nothing rounds but [`Money::rounded`], and sums of two currencies do not exist.

use std::fmt;

use rust_decimal::{Decimal, RoundingStrategy};

/// The most digits that a price may have before its point.
const WHOLE_DIGITS: usize = 9;
/// The most digits that an amount of many prices may have before its point.
const AMOUNT_DIGITS: usize = 15;
/// The most digits that a price may have behind its point.
const FRACTION_DIGITS: usize = 8;

/// A currency, by its code in ISO 4217.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// Why a text is not a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CurrencyError {
    /// Not three capital letters.
    #[error("a currency is three capital letters")]
    Shape,
    /// Three letters that ISO 4217 gives to no money.
    #[error("no currency of ISO 4217 has this code")]
    Unknown,
}

impl Currency {
    /// Takes a code of ISO 4217 in capital letters that stands for money; metals and test codes do not.
    ///
    /// # Errors
    /// [`CurrencyError`] for anything else.
    pub fn parse(text: &str) -> Result<Self, CurrencyError> {
        let code: [u8; 3] = text.as_bytes().try_into().map_err(|_| CurrencyError::Shape)?;
        if !code.iter().all(u8::is_ascii_uppercase) {
            return Err(CurrencyError::Shape);
        }
        let known = iso_currency::Currency::from_code(text).and_then(iso_currency::Currency::exponent);
        known.map(|_| Self(code)).ok_or(CurrencyError::Unknown)
    }

    /// Returns the code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a code is made of ASCII letters")
    }

    /// Returns how many digits an amount has behind its point when it is paid: 2 for EUR, 0 for JPY, 3 for KWD.
    #[must_use]
    pub fn minor_digits(&self) -> u32 {
        let known = iso_currency::Currency::from_code(self.as_str());
        known.and_then(iso_currency::Currency::exponent).map_or(2, u32::from)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// An exact amount of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    /// The currency.
    pub currency: Currency,
    /// How much, exactly.
    pub amount: Decimal,
}

impl Money {
    /// Returns the amount as it is paid: to the currency's smallest coin, a half away from zero.
    #[must_use]
    pub fn rounded(&self) -> Decimal {
        let digits = self.currency.minor_digits();
        let mut amount = self.amount.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
        // As many digits as the coin has, also where they are zeros.
        amount.rescale(digits);
        amount
    }
}

impl fmt::Display for Money {
    /// Writes it for people: `EUR 13,864.00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.rounded().to_string();
        let (whole, fraction) = text.split_once('.').map_or((&*text, None), |(w, f)| (w, Some(f)));
        let mut out = format!("{} ", self.currency);
        for (index, digit) in whole.char_indices() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                out.push(',');
            }
            out.push(digit);
        }
        if let Some(fraction) = fraction {
            out.push('.');
            out.push_str(fraction);
        }
        f.pad(&out)
    }
}

/// Why a text is not a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PriceError {
    /// Below zero.
    #[error("a price is never negative")]
    Negative,
    /// With an exponent, which hides the digits.
    #[error("a price has no exponent")]
    Exponent,
    /// With a comma, which is a point for some and nothing for others.
    #[error("a price has no comma, neither as its point nor between thousands")]
    Comma,
    /// Anything else that is not digits and one point between them.
    #[error("a price is digits, and at most one point between them")]
    NotDecimal,
    /// More than nine digits before the point, or for an amount fifteen: enough for every currency.
    #[error("it has at most {0} digits before its point")]
    TooLarge(usize),
    /// Eight digits behind the point are enough for a twelfth of a year's price.
    #[error("a price has at most 8 digits behind its point")]
    TooPrecise,
}

/// Reads a price: digits, and at most one point between them. `12.90`, `0`, `1929`.
///
/// # Errors
/// [`PriceError`] for anything else, so that no text is ever read as a price that it only looks like.
pub fn parse_price(text: &str) -> Result<Decimal, PriceError> {
    parse(text, WHOLE_DIGITS)
}

/// Reads an amount that many prices may come to; it is written like one.
///
/// # Errors
/// As [`parse_price`].
pub fn parse_amount(text: &str) -> Result<Decimal, PriceError> {
    parse(text, AMOUNT_DIGITS)
}

fn parse(text: &str, whole_digits: usize) -> Result<Decimal, PriceError> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(whole) || !is_digits(fraction) {
        return Err(why_not_digits(text));
    }
    if whole.trim_start_matches('0').len() > whole_digits {
        return Err(PriceError::TooLarge(whole_digits));
    }
    if fraction.trim_end_matches('0').len() > FRACTION_DIGITS {
        return Err(PriceError::TooPrecise);
    }
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    let price = Decimal::from_str_exact(&format!("0{whole}.{fraction}0"));
    Ok(price.expect("so few digits fit").normalize())
}

fn why_not_digits(text: &str) -> PriceError {
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '+' | '-' | 'e' | 'E');
    let is_like_one = text.contains(|c: char| c.is_ascii_digit()) && text.chars().all(is_number);
    match text {
        _ if !is_like_one => PriceError::NotDecimal,
        _ if text.starts_with('-') => PriceError::Negative,
        _ if text.contains(['e', 'E']) => PriceError::Exponent,
        _ if text.contains(',') => PriceError::Comma,
        _ => PriceError::NotDecimal,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn money(currency: &str, amount: &str) -> String {
        let currency = Currency::parse(currency).unwrap();
        Money { currency, amount: Decimal::from_str_exact(amount).unwrap() }.to_string()
    }

    #[test]
    fn only_money_of_iso_4217_is_a_currency() {
        assert_eq!(Currency::parse("EUR").unwrap().as_str(), "EUR");
        for shape in ["", "eur", "EURO", "€", "E R", "ÄB"] {
            assert_eq!(Currency::parse(shape), Err(CurrencyError::Shape), "{shape}");
        }
        for unknown in ["EUX", "XAU", "XTS", "XXX"] {
            assert_eq!(Currency::parse(unknown), Err(CurrencyError::Unknown), "{unknown}");
        }
    }

    #[test]
    fn money_is_shown_to_the_smallest_coin_and_a_half_away_from_zero() {
        assert_eq!(money("EUR", "13864"), "EUR 13,864.00");
        assert_eq!(money("EUR", "0.005"), "EUR 0.01");
        assert_eq!(money("EUR", "0.0049999999"), "EUR 0.00");
        assert_eq!(money("JPY", "1234567.5"), "JPY 1,234,568");
        assert_eq!(money("KWD", "999.9995"), "KWD 1,000.000");
        assert_eq!(money("USD", "100"), "USD 100.00");
    }

    #[test]
    fn a_price_is_digits_and_a_point_and_nothing_else() {
        for (text, price) in
            [("0", "0"), ("12.90", "12.9"), ("007.50", "7.5"), ("999999999.99999999", "999999999.99999999")]
        {
            assert_eq!(parse_price(text), Ok(Decimal::from_str_exact(price).unwrap()), "{text}");
        }
        for (text, why) in [
            ("-1", PriceError::Negative),
            ("-0", PriceError::Negative),
            ("1e3", PriceError::Exponent),
            ("1E-3", PriceError::Exponent),
            ("1,000.00", PriceError::Comma),
            ("12,90", PriceError::Comma),
            ("", PriceError::NotDecimal),
            (".5", PriceError::NotDecimal),
            ("5.", PriceError::NotDecimal),
            ("1.2.3", PriceError::NotDecimal),
            ("+1", PriceError::NotDecimal),
            ("NaN", PriceError::NotDecimal),
            ("inf", PriceError::NotDecimal),
            ("0x10", PriceError::NotDecimal),
            ("1_000", PriceError::NotDecimal),
            (" 1", PriceError::NotDecimal),
            ("€5", PriceError::NotDecimal),
            ("١٢", PriceError::NotDecimal),
            ("1234567890", PriceError::TooLarge(9)),
            ("0.123456789", PriceError::TooPrecise),
        ] {
            assert_eq!(parse_price(text), Err(why), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_price_is_read_as_what_it_says(whole in 0u32..1_000_000_000, fraction in 0u32..100_000_000) {
            let text = format!("{whole}.{fraction:08}");
            let expected = Decimal::from_i128_with_scale(i128::from(whole) * 100_000_000 + i128::from(fraction), 8);
            prop_assert_eq!(parse_price(&text), Ok(expected));
        }

        #[test]
        fn no_text_makes_the_reader_of_prices_panic(text in "\\PC{0,24}") {
            let _either = parse_price(&text);
        }
    }
}
