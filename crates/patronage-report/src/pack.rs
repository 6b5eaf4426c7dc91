//! Long texts within a page: compressed, and written in letters.
//!
//! The data of all customers and the chart library make up most of a page. Compressed they take a third of the room; the page's script
//! unpacks them with the browser's own `DecompressionStream`.

use std::io::Write;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::{Compression, GzBuilder};
use patronage::{Error, Result};

/// A third of the time of the usual level 6, and a twelfth more letters; level 1 makes half as many again.
const LEVEL: u32 = 4;

/// The text as gzip in base64: nothing in it ends an element, whatever the text holds. The same text gives the same letters.
pub(crate) fn packed(text: &str) -> Result<String> {
    let failed = |error: std::io::Error| Error::write(format!("a part of the page cannot be compressed: {error}"));
    // Without a time and the name of a system in its head.
    let mut writer = GzBuilder::new().mtime(0).operating_system(255).write(Vec::with_capacity(text.len() / 3), Compression::new(LEVEL));
    writer.write_all(text.as_bytes()).map_err(failed)?;
    Ok(BASE64_STANDARD.encode(writer.finish().map_err(failed)?))
}

#[cfg(test)]
pub(crate) fn unpacked(letters: &str) -> String {
    let bytes = BASE64_STANDARD.decode(letters).expect("base64");
    std::io::read_to_string(flate2::read::GzDecoder::new(bytes.as_slice())).expect("gzip of text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_out_again_and_ends_no_element() {
        for text in ["", "</script><img src=x>", "客户 👩‍👩‍👧", &"long ".repeat(10_000)] {
            let letters = packed(text).unwrap();
            assert!(letters.bytes().all(|letter| letter.is_ascii_alphanumeric() || b"+/=".contains(&letter)));
            assert_eq!(unpacked(&letters), text);
        }
        assert!(packed(&"long ".repeat(10_000)).unwrap().len() < 500);
    }
}
