//! Bytes of any accepted encoding as UTF-8.

use std::io::{self, Read};

use encoding_rs::{DecoderResult, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use serde::{Deserialize, Serialize};

use crate::time::named;

/// The encoding of a text file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-16, least significant byte first.
    #[serde(rename = "utf-16le")]
    Utf16Le,
    /// UTF-16, most significant byte first.
    #[serde(rename = "utf-16be")]
    Utf16Be,
    /// GB18030, and with it GBK and GB2312.
    #[serde(rename = "gb18030")]
    Gb18030,
}

named!(Encoding, "encoding", Self::Utf8 => "utf-8", Self::Utf16Le => "utf-16le", Self::Utf16Be => "utf-16be", Self::Gb18030 => "gb18030");
use crate::error::{Error, Result};
use std::fmt;
use std::str::FromStr;

impl Encoding {
    /// The encoding that a byte order mark shows, and the mark's length.
    pub(crate) fn of_mark(bytes: &[u8]) -> Option<(Self, usize)> {
        match bytes {
            [0xef, 0xbb, 0xbf, ..] => Some((Self::Utf8, 3)),
            [0xff, 0xfe, ..] => Some((Self::Utf16Le, 2)),
            [0xfe, 0xff, ..] => Some((Self::Utf16Be, 2)),
            _ => None,
        }
    }

    /// Whether all bytes can be read in this encoding, but for a character cut off at the end.
    pub(crate) fn fits(self, bytes: &[u8]) -> bool {
        let mut decoder = self.inner().new_decoder_without_bom_handling();
        let mut text = vec![0; bytes.len() * 3 + 16];
        matches!(decoder.decode_to_utf8_without_replacement(bytes, &mut text, false).0, DecoderResult::InputEmpty)
    }

    fn inner(self) -> &'static encoding_rs::Encoding {
        match self {
            Self::Utf8 => UTF_8,
            Self::Utf16Le => UTF_16LE,
            Self::Utf16Be => UTF_16BE,
            Self::Gb18030 => GB18030,
        }
    }
}

/// Reads any encoding as UTF-8. What cannot be decoded becomes the byte `0xff`, which is in no UTF-8 text, so that the
/// row it stands in is known to be broken.
pub(crate) struct Decoded<R> {
    inner: R,
    /// `None` for UTF-8, which goes through untouched.
    decoder: Option<encoding_rs::Decoder>,
    bytes: Vec<u8>,
    text: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Decoded<R> {
    pub(crate) fn new(inner: R, encoding: Encoding) -> Self {
        let decoder = (encoding != Encoding::Utf8).then(|| encoding.inner().new_decoder_without_bom_handling());
        Self { inner, decoder, bytes: Vec::new(), text: Vec::new(), given: 0, ended: false }
    }

    fn refill(&mut self, decoder: &mut encoding_rs::Decoder) -> io::Result<()> {
        self.bytes.resize(1 << 16, 0);
        let length = self.inner.read(&mut self.bytes)?;
        self.ended = length == 0;
        self.text.clear();
        self.given = 0;
        let mut source = &self.bytes[..length];
        loop {
            let start = self.text.len();
            self.text.resize(start + source.len() * 3 + 16, 0);
            let (result, read, written) = decoder.decode_to_utf8_without_replacement(source, &mut self.text[start..], self.ended);
            self.text.truncate(start + written);
            source = &source[read..];
            match result {
                DecoderResult::InputEmpty => return Ok(()),
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => self.text.push(0xff),
            }
        }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(mut decoder) = self.decoder.take() else { return self.inner.read(buffer) };
        let mut result = Ok(());
        while result.is_ok() && self.given == self.text.len() && !self.ended {
            result = self.refill(&mut decoder);
        }
        self.decoder = Some(decoder);
        result?;
        let length = buffer.len().min(self.text.len() - self.given);
        buffer[..length].copy_from_slice(&self.text[self.given..self.given + length]);
        self.given += length;
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], encoding: Encoding) -> Vec<u8> {
        let mut text = Vec::new();
        Decoded::new(bytes, encoding).read_to_end(&mut text).expect("memory does not fail");
        text
    }

    #[test]
    fn chinese_in_three_encodings() {
        let text = "客户,日期\n张三,2024-03-05\n";
        let (gb, _, _) = GB18030.encode(text);
        assert_eq!(read(&gb, Encoding::Gb18030), text.as_bytes());
        assert!(Encoding::Gb18030.fits(&gb) && !Encoding::Utf8.fits(&gb));
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&little, Encoding::Utf16Le), text.as_bytes());
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(read(&big, Encoding::Utf16Be), text.as_bytes());
    }

    #[test]
    fn what_cannot_be_decoded_is_marked() {
        assert_eq!(read(b"a\x81\x01b", Encoding::Gb18030).split(|byte| *byte == 0xff).count(), 2);
        assert_eq!(read(b"a\0b", Encoding::Utf16Le), [b'a', 0xff]);
    }
}
