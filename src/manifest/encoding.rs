//! Bytes of a file as text: UTF-8, or a word about what they are instead.
//!
//! **Invariant:** nothing is converted. What is not UTF-8 is refused and named, because a wrong guess would show a
//! reviewer another text than the one that is bought.

/// What a file is, where it is not UTF-8, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Misread {
    pub(super) message: String,
    pub(super) hint: &'static str,
    /// The line and column from 1, where one byte is to blame.
    pub(super) place: Option<(usize, usize)>,
}

/// Takes the bytes of a file as UTF-8.
pub(super) fn text_of(bytes: Vec<u8>) -> Result<String, Misread> {
    if let Some(name) = wide_encoding(&bytes) {
        return Err(Misread {
            message: format!("this file is {name}, not UTF-8"),
            hint: "save it as UTF-8: in Notepad, `Save as` and `Encoding: UTF-8`; in PowerShell, `-Encoding utf8`",
            place: None,
        });
    }
    String::from_utf8(bytes).map_err(|error| {
        let (valid, is_cut) = (error.utf8_error().valid_up_to(), error.utf8_error().error_len().is_none());
        let bytes = error.into_bytes();
        let before = String::from_utf8_lossy(&bytes[..valid]);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let byte = bytes[valid];
        let place = (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1);
        if is_cut {
            let message = "this file ends in the middle of a character".to_owned();
            return Misread { message, hint: "it was cut: restore the whole file", place: Some(place) };
        }
        // From 0xA0 on, the byte is the character in Latin-1 and Windows-1252 alike.
        let message = match byte {
            0xa0..=0xff if !char::from(byte).is_control() && byte != 0xa0 && byte != 0xad => {
                format!(
                    "this file is not UTF-8: byte 0x{byte:02x}, which is `{}` in Latin-1",
                    char::from(byte)
                )
            }
            _ => format!("this file is not UTF-8: byte 0x{byte:02x}"),
        };
        let hint = "save it as UTF-8; it was probably saved as Latin-1 or Windows-1252 (`ANSI`)";
        Misread { message, hint, place: Some(place) }
    })
}

/// Recognises encodings of two and four bytes a character by their first bytes, as YAML 1.2 does (5.2, "Character
/// Encodings"): by the mark, or by the zeros of a first character that is ASCII.
fn wide_encoding(bytes: &[u8]) -> Option<&'static str> {
    Some(match bytes {
        [0x00, 0x00, 0xfe, 0xff, ..] | [0x00, 0x00, 0x00, 1..=255, ..] => "UTF-32 (big-endian)",
        [0xff, 0xfe, 0x00, 0x00, ..] | [1..=255, 0x00, 0x00, 0x00, ..] => "UTF-32 (little-endian)",
        [0xfe, 0xff, ..] | [0x00, 1..=255, ..] => "UTF-16 (big-endian)",
        [0xff, 0xfe, ..] | [1..=255, 0x00, ..] => "UTF-16 (little-endian)",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_encodings_are_named_with_and_without_a_mark() {
        let text = "\u{feff}a: ü";
        let wide = |units: Vec<Vec<u8>>| units.concat();
        let utf16 = |swap: bool| {
            let unit = |u: u16| if swap { u.to_be_bytes().to_vec() } else { u.to_le_bytes().to_vec() };
            wide(text.encode_utf16().map(unit).collect())
        };
        let utf32 = |swap: bool| {
            let unit = |c: char| {
                if swap { u32::from(c).to_be_bytes().to_vec() } else { u32::from(c).to_le_bytes().to_vec() }
            };
            wide(text.chars().map(unit).collect())
        };
        let all = [
            (utf16(true), 2, "UTF-16 (big-endian)"),
            (utf16(false), 2, "UTF-16 (little-endian)"),
            (utf32(true), 4, "UTF-32 (big-endian)"),
            (utf32(false), 4, "UTF-32 (little-endian)"),
        ];
        for (bytes, mark, name) in all {
            for from in [0, mark] {
                let message = text_of(bytes[from..].to_vec()).unwrap_err().message;
                assert_eq!(message, format!("this file is {name}, not UTF-8"));
            }
        }
    }

    #[test]
    fn the_first_byte_that_is_no_utf_8_is_shown_with_its_place() {
        let misread = |bytes: &[u8]| text_of(bytes.to_vec()).unwrap_err();
        let latin = misread(b"a: b\nn\xc3\xa4me: M\xfcller\n");
        assert_eq!(latin.message, "this file is not UTF-8: byte 0xfc, which is `ü` in Latin-1");
        assert_eq!(latin.place, Some((2, 8)));
        // A smart quote of Windows-1252, a zero in two bytes, a cut character.
        for (bytes, byte) in
            [(&b"a: \x93b\x94"[..], "0x93"), (b"a\xc0\x80", "0xc0"), (b"a\xe2\x82", "in the middle")]
        {
            assert!(misread(bytes).message.contains(byte));
        }
        assert_eq!(text_of("\u{feff}ä\r\n".into()), Ok("\u{feff}ä\r\n".to_owned()));
        assert_eq!(text_of(Vec::new()), Ok(String::new()));
    }
}
