//! Texts as small integers: customers as indices, order ids as 64-bit keys, exactly.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

/// The hash that spreads customers over partitions and tables. Fixed, so that a run can be repeated.
pub(crate) fn hash(text: &[u8]) -> u64 {
    FixedState::with_seed(0).hash_one(text)
}

/// Distinct texts, numbered in order of first sight.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interner {
    bytes: Vec<u8>,
    ends: Vec<usize>,
    table: HashTable<Slot>,
}

/// A text in the table. Up to eight bytes it is here whole, so that most look-ups go no further.
#[derive(Debug, Clone, Copy)]
struct Slot {
    head: u64,
    length: u32,
    index: u32,
}

impl Interner {
    pub(crate) fn intern(&mut self, hash: u64, text: &[u8]) -> u32 {
        let Self { bytes, ends, table } = self;
        let (head, length) = (leading_bytes(text), u32::try_from(text.len()).unwrap_or(u32::MAX));
        let same = |slot: &Slot| slot.head == head && slot.length == length && (length <= 8 || get(bytes, ends, slot.index) == text);
        let entry = table.entry(hash, same, |slot| self::hash(get(bytes, ends, slot.index)));
        match entry {
            hashbrown::hash_table::Entry::Occupied(entry) => entry.get().index,
            hashbrown::hash_table::Entry::Vacant(entry) => {
                let index = u32::try_from(ends.len()).unwrap_or(u32::MAX);
                entry.insert(Slot { head, length, index });
                bytes.extend_from_slice(text);
                ends.push(bytes.len());
                index
            }
        }
    }

    /// Forgets all texts, and keeps the room.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
        self.table.clear();
    }

    pub(crate) fn get(&self, index: u32) -> &[u8] {
        get(&self.bytes, &self.ends, index)
    }

    /// The text of a number; what was let in is UTF-8.
    pub(crate) fn text(&self, index: u32) -> std::borrow::Cow<'_, str> {
        let bytes = self.get(index);
        std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), std::borrow::Cow::Borrowed)
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }
}

/// The first eight bytes as a number that sorts as they do.
pub(crate) fn leading_bytes(text: &[u8]) -> u64 {
    if let Some(first) = text.first_chunk::<8>() {
        return u64::from_be_bytes(*first);
    }
    text.iter().fold(0, |head, byte| head << 8 | u64::from(*byte)) << (8 * (8 - text.len())).min(63)
}

fn get<'a>(bytes: &'a [u8], ends: &[usize], index: u32) -> &'a [u8] {
    let index = index as usize;
    let start = if index == 0 { 0 } else { ends[index - 1] };
    &bytes[start..ends[index]]
}

/// An order id as a number. Most order ids are short or numbers and fit whole; the others are interned.
///
/// The two highest bits say which: `00` a decimal number without leading zeros below 2⁶²; `01` up to seven bytes, with
/// their count above them; `10` an index into the partition's [`Interner`]. `11` is no order key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct OrderKey(pub(crate) u64);

const TAG: u64 = 0b11 << 62;
const SHORT: u64 = 0b01 << 62;
const INTERNED: u64 = 0b10 << 62;

impl OrderKey {
    /// The key of a text that fits whole.
    pub(crate) fn inline(text: &[u8]) -> Option<Self> {
        if let Some(number) = canonical_number(text) {
            return Some(Self(number));
        }
        if text.len() > 7 {
            return None;
        }
        let packed = text.iter().fold(0, |packed, byte| packed << 8 | u64::from(*byte));
        Some(Self(SHORT | (text.len() as u64) << 56 | packed))
    }

    pub(crate) fn interned(index: u32) -> Self {
        Self(INTERNED | u64::from(index))
    }

    /// The index of a text that did not fit.
    pub(crate) fn index(self) -> Option<u32> {
        (self.0 & TAG == INTERNED).then(|| u32::try_from(self.0 & !TAG).unwrap_or(u32::MAX))
    }

    /// Appends the order id's bytes.
    pub(crate) fn write(self, interner: &Interner, to: &mut Vec<u8>) {
        if let Some(index) = self.index() {
            to.extend_from_slice(interner.get(index));
        } else if self.0 & TAG == SHORT {
            let length = usize::try_from((self.0 >> 56) & 0x3f).unwrap_or(0).min(7);
            to.extend_from_slice(&self.0.to_be_bytes()[8 - length..]);
        } else {
            let mut buffer = [0; 20];
            to.extend_from_slice(crate::ingest::decimal(self.0.cast_signed(), &mut buffer));
        }
    }
}

fn canonical_number(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > 18 || (text[0] == b'0' && text.len() > 1) {
        return None;
    }
    text.iter().try_fold(0, |number, byte| byte.is_ascii_digit().then(|| number * 10 + u64::from(byte - b'0')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_ids_come_back_as_they_were() {
        let mut interner = Interner::default();
        for text in ["", "0", "7", "0007", "C536365", "999999999999999999", "1000000000000000000", "ORD-2024-000123", "订单一二三", "-5"]
        {
            let bytes = text.as_bytes();
            let key = OrderKey::inline(bytes).unwrap_or_else(|| OrderKey::interned(interner.intern(hash(bytes), bytes)));
            let mut back = Vec::new();
            key.write(&interner, &mut back);
            assert_eq!(back, bytes, "{text}");
        }
        assert_ne!(OrderKey::inline(b"7"), OrderKey::inline(b"07"));
        assert_ne!(OrderKey::inline(b"a"), OrderKey::inline(b"\0a"));
    }

    #[test]
    fn equal_texts_get_one_number() {
        let mut interner = Interner::default();
        let first = interner.intern(hash(b"a"), b"a");
        let second = interner.intern(hash(b"b"), b"b");
        assert_eq!((first, second, interner.intern(hash(b"a"), b"a"), interner.len()), (0, 1, 0, 2));
    }
}
