//! The dimensions and their names.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::time::named;

/// What revenue can be broken down by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    /// The category of what was bought.
    Category,
    /// The category below that.
    Subcategory,
    /// What was bought.
    Product,
    /// How it was sold: store, web, phone.
    Channel,
    /// Where.
    Region,
    /// Where the customer came from: advertisement, referral.
    Source,
    /// Who sold it.
    Salesperson,
}

named!(Dimension, "dimension",
    Self::Category => "category", Self::Subcategory => "subcategory", Self::Product => "product", Self::Channel => "channel",
    Self::Region => "region", Self::Source => "source", Self::Salesperson => "salesperson",
);

impl Dimension {
    /// All of them, in the order of tables.
    pub const ALL: [Self; 7] =
        [Self::Category, Self::Subcategory, Self::Product, Self::Channel, Self::Region, Self::Source, Self::Salesperson];

    /// What it is called in Chinese.
    #[must_use]
    pub fn name_zh(self) -> &'static str {
        match self {
            Self::Category => "品类",
            Self::Subcategory => "子品类",
            Self::Product => "产品",
            Self::Channel => "渠道",
            Self::Region => "地区",
            Self::Source => "来源",
            Self::Salesperson => "销售人员",
        }
    }

    /// The byte before its values; 0 stands for all rows.
    pub(super) fn tag(self) -> u8 {
        self as u8 + 1
    }

    pub(super) fn of_tag(tag: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.tag() == tag)
    }
}
