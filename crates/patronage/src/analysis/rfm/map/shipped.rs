//! The shipped maps.

use super::{HighLowCut, Input, MapRule, Matching, Pattern, Segment, SegmentMap};
use crate::error::{Error, Result};

/// Key, English name, Chinese name, suggested action in English and in Chinese.
type Words = [&'static str; 5];

/// Codes, for each segment.
type Listed = &'static [(Words, &'static [u16])];

/// Boxes of codes: for each axis the lowest and highest score.
type Boxed = &'static [(Words, &'static [[(u8, u8); 3]])];

/// Any score of five.
const ANY: (u8, u8) = (1, 5);

const ELEVEN: Listed = &[
    (
        ["champions", "Champions", "冠军客户", "Reward them, ask for reviews, offer news first", "给予奖励，邀请评价，新品优先"],
        &[555, 554, 544, 545, 454, 455, 445],
    ),
    (
        ["loyal", "Loyal", "忠诚客户", "Offer more valuable goods, invite to the loyalty programme", "推荐更高价值商品，邀请加入会员"],
        &[543, 444, 435, 355, 354, 345, 344, 335],
    ),
    (
        [
            "potential_loyalist",
            "Potential Loyalist",
            "潜在忠诚客户",
            "Offer membership, recommend related goods",
            "提供会员权益，推荐相关商品",
        ],
        &[553, 551, 552, 541, 542, 533, 532, 531, 452, 451, 442, 441, 431, 453, 433, 432, 423, 353, 352, 351, 342, 341, 333, 323],
    ),
    (
        [
            "new_customers",
            "New Customers",
            "新客户",
            "Welcome them, help with the first order, start the relationship",
            "欢迎引导，协助首单，建立关系",
        ],
        &[512, 511, 422, 421, 412, 411, 311],
    ),
    (
        ["promising", "Promising", "有前景客户", "Make the brand known, offer a trial", "提升品牌认知，提供试用"],
        &[525, 524, 523, 522, 521, 515, 514, 513, 425, 424, 413, 414, 415, 315, 314, 313],
    ),
    (
        ["need_attention", "Need Attention", "需要关注客户", "Make a limited offer based on past purchases", "依据历史购买提供限时优惠"],
        &[535, 534, 443, 434, 343, 334, 325, 324],
    ),
    (
        [
            "about_to_sleep",
            "About To Sleep",
            "即将沉睡客户",
            "Remind them of popular goods, renew the contact",
            "推荐热门商品，重新建立联系",
        ],
        &[331, 321, 312, 221, 213, 231, 241, 251],
    ),
    (
        ["at_risk", "At Risk", "流失风险客户", "Write personally, offer a renewal, share useful resources", "个性化触达，提供续购优惠"],
        &[255, 254, 245, 244, 253, 252, 243, 242, 235, 234, 225, 224, 153, 152, 145, 143, 142, 135, 134, 133, 125, 124],
    ),
    (
        [
            "cannot_lose",
            "Cannot Lose Them",
            "不能失去的客户",
            "Win them back in person before a competitor does",
            "专人挽回，防止转向竞争对手",
        ],
        &[155, 154, 144, 214, 215, 115, 114, 113],
    ),
    (
        ["hibernating", "Hibernating", "沉睡客户", "Offer relevant goods and special discounts", "推荐相关商品，给予特别折扣"],
        &[332, 322, 233, 232, 223, 222, 132, 123, 122, 212, 211],
    ),
    (
        ["lost", "Lost", "已流失客户", "One campaign to revive interest, otherwise ignore", "尝试一次唤醒活动，否则放弃"],
        &[111, 112, 121, 131, 141, 151],
    ),
];

const RF_TEN: Boxed = &[
    (["champions", "Champions", "冠军客户", "Reward them, offer news first", "给予奖励，新品优先"], &[[(5, 5), (4, 5), ANY]]),
    (
        ["loyal", "Loyal Customers", "忠诚客户", "Offer more valuable goods, ask for reviews", "推荐更高价值商品，邀请评价"],
        &[[(3, 4), (4, 5), ANY]],
    ),
    (
        [
            "potential_loyalists",
            "Potential Loyalists",
            "潜在忠诚客户",
            "Offer membership, recommend related goods",
            "提供会员权益，推荐相关商品",
        ],
        &[[(4, 5), (2, 3), ANY]],
    ),
    (["new", "New Customers", "新客户", "Welcome them, start the relationship", "欢迎引导，建立关系"], &[[(5, 5), (1, 1), ANY]]),
    (["promising", "Promising", "有前景客户", "Make the brand known, offer a trial", "提升品牌认知，提供试用"], &[[(4, 4), (1, 1), ANY]]),
    (["need_attention", "Need Attention", "需要关注客户", "Make a limited offer", "提供限时优惠"], &[[(3, 3), (3, 3), ANY]]),
    (
        ["about_to_sleep", "About To Sleep", "即将沉睡客户", "Renew the contact, recommend popular goods", "重新联系，推荐热门商品"],
        &[[(3, 3), (1, 2), ANY]],
    ),
    (["cant_lose", "Can't Lose Them", "不能失去的客户", "Win them back in person", "专人挽回"], &[[(1, 2), (5, 5), ANY]]),
    (["at_risk", "At Risk", "流失风险客户", "Write personally, offer a renewal", "个性化触达，提供续购优惠"], &[[(1, 2), (3, 4), ANY]]),
    (
        ["hibernating", "Hibernating", "沉睡客户", "Offer relevant goods and special discounts", "推荐相关商品，给予特别折扣"],
        &[[(1, 2), (1, 2), ANY]],
    ),
];

const R_RFM_README: Boxed = &[
    (["champions", "Champions", "冠军客户", "Reward them, offer news first", "给予奖励，新品优先"], &[[(5, 5), (5, 5), (5, 5)]]),
    (
        [
            "potential_loyalist",
            "Potential Loyalist",
            "潜在忠诚客户",
            "Offer membership, recommend related goods",
            "提供会员权益，推荐相关商品",
        ],
        &[[(3, 5), (3, 5), (2, 5)]],
    ),
    (["loyal", "Loyal Customers", "忠诚客户", "Offer more valuable goods", "推荐更高价值商品"], &[[(2, 4), (2, 4), (2, 4)]]),
    (
        ["promising", "Promising", "有前景客户", "Make the brand known, offer a trial", "提升品牌认知，提供试用"],
        &[[(3, 4), (1, 3), (3, 5)]],
    ),
    (
        ["new_customers", "New Customers", "新客户", "Welcome them, start the relationship", "欢迎引导，建立关系"],
        &[[(4, 5), (1, 3), (1, 5)]],
    ),
    (["cant_lose", "Can't Lose Them", "不能失去的客户", "Win them back in person", "专人挽回"], &[[(1, 2), (3, 4), (4, 5)]]),
    (["at_risk", "At Risk", "流失风险客户", "Write personally, offer a renewal", "个性化触达，提供续购优惠"], &[[(1, 2), (2, 5), (4, 5)]]),
    (["need_attention", "Need Attention", "需要关注客户", "Make a limited offer", "提供限时优惠"], &[[(1, 3), (3, 5), (3, 5)]]),
    (["about_to_sleep", "About To Sleep", "即将沉睡客户", "Renew the contact", "重新联系"], &[[(2, 3), (1, 3), (1, 4)]]),
    (
        ["lost", "Lost", "已流失客户", "One campaign to revive interest, otherwise ignore", "尝试一次唤醒活动，否则放弃"],
        &[[(1, 1), (1, 5), (1, 5)]],
    ),
    (["others", "Others", "其他客户", "Look closer: the map says nothing about them", "规则未覆盖，需单独分析"], &[]),
];

const KLAVIYO_SIX: Listed = &[
    (["champions", "Champions", "冠军客户", "Reward them, offer news first", "给予奖励，新品优先"], &[333, 332, 323]),
    (["loyal", "Loyal", "忠诚客户", "Invite to the loyalty programme", "邀请加入会员"], &[321, 322, 331, 232, 233]),
    (["recent", "Recent", "近期客户", "Welcome them, lead to the next order", "欢迎引导，促进复购"], &[312, 313, 311, 222, 223]),
    (["needs_attention", "Needs attention", "需要关注客户", "Make a limited offer", "提供限时优惠"], &[213, 221, 123, 132, 133]),
    (["at_risk", "At risk", "流失风险客户", "Write personally before they leave", "个性化触达，防止流失"], &[231, 212, 122, 131, 211]),
    (
        ["inactive", "Inactive", "不活跃客户", "One campaign to revive interest, otherwise ignore", "尝试一次唤醒活动，否则放弃"],
        &[111, 112, 113, 121],
    ),
];

const EIGHT_VALUE: Listed = &[
    (["key_value", "Key value", "重要价值客户", "Keep the best service, offer privileges", "保持优质服务，提供专属权益"], &[222]),
    (["key_develop", "Key to develop", "重要发展客户", "Raise frequency: membership, bundles", "提升购买频次：会员、组合优惠"], &[212]),
    (["key_keep", "Key to keep", "重要保持客户", "Make contact, bring them back", "主动联系，促进回访"], &[122]),
    (["key_winback", "Key to win back", "重要挽留客户", "Win back in person", "重点挽留，专人跟进"], &[112]),
    (["general_value", "General value", "一般价值客户", "Raise the value of an order", "提升客单价"], &[221]),
    (["general_develop", "General to develop", "一般发展客户", "Welcome, lead to the second order", "新客培育，促进复购"], &[211]),
    (["general_keep", "General to keep", "一般保持客户", "Remind with offers at low cost", "低成本优惠提醒"], &[121]),
    (["general_winback", "General to win back", "一般挽留客户", "Mass campaigns only, or let go", "仅群发活动，或放弃"], &[111]),
];

const WEIGHTED_LEVELS: Boxed = &[
    (["top", "Top", "顶级客户", "Reward them, offer news first", "给予奖励，新品优先"], &[[(5, 5), ANY, ANY]]),
    (["high", "High value", "高价值客户", "Offer more valuable goods", "推荐更高价值商品"], &[[(4, 4), ANY, ANY]]),
    (["medium", "Medium value", "中等价值客户", "Raise frequency and order value", "提升频次与客单价"], &[[(3, 3), ANY, ANY]]),
    (["low", "Low value", "低价值客户", "Keep in touch at low cost", "低成本维系"], &[[(2, 2), ANY, ANY]]),
    (
        ["lost", "Lost", "已流失客户", "One campaign to revive interest, otherwise ignore", "尝试一次唤醒活动，否则放弃"],
        &[[(1, 1), ANY, ANY]],
    ),
];

/// The names of the shipped maps.
const NAMES: [&str; 6] = ["eleven", "rf_ten", "r_rfm_readme", "klaviyo_six", "eight_value", "weighted_levels"];

fn segment([key, en, zh, action_en, action_zh]: Words) -> Segment {
    Segment { key: key.to_owned(), en: en.to_owned(), zh: zh.to_owned(), action_en: action_en.to_owned(), action_zh: action_zh.to_owned() }
}

fn listed(name: &str, bins: u8, input: Input, table: Listed) -> SegmentMap {
    let digit = |code: u16, unit: u16| u8::try_from(code / unit % 10).unwrap_or_default();
    let pattern = |code: &u16| Pattern { ranges: [100, 10, 1].map(|unit| (digit(*code, unit), digit(*code, unit))), listed: true };
    let rules =
        (0_u16..).zip(table).flat_map(|(segment, (_, codes))| codes.iter().map(move |code| MapRule { segment, pattern: pattern(code) }));
    let segments = table.iter().map(|(words, _)| segment(*words)).collect();
    SegmentMap::new(name.to_owned(), bins, input, Matching::Exclusive, None, segments, rules.collect())
}

fn boxed(name: &str, input: Input, matching: Matching, otherwise: Option<u16>, table: Boxed) -> SegmentMap {
    let rule = |segment: u16, ranges: &[(u8, u8); 3]| MapRule { segment, pattern: Pattern { ranges: *ranges, listed: false } };
    let rules = (0_u16..).zip(table).flat_map(|(segment, (_, boxes))| boxes.iter().map(move |ranges| rule(segment, ranges)));
    let segments = table.iter().map(|(words, _)| segment(*words)).collect();
    SegmentMap::new(name.to_owned(), 5, input, matching, otherwise, segments, rules.collect())
}

impl SegmentMap {
    /// The default: eleven segments of all 125 codes.
    #[must_use]
    pub fn eleven() -> Self {
        listed("eleven", 5, Input::Scores, ELEVEN)
    }

    /// Ten segments of recency and frequency; money plays no part.
    #[must_use]
    pub fn rf_ten() -> Self {
        boxed("rf_ten", Input::Scores, Matching::Exclusive, None, RF_TEN)
    }

    /// The ten segments of the README of R package `rfm`, first match; it leaves 10 codes to `others`.
    #[must_use]
    pub fn r_rfm_readme() -> Self {
        let others = u16::try_from(R_RFM_README.len() - 1).ok();
        boxed("r_rfm_readme", Input::Scores, Matching::First, others, R_RFM_README)
    }

    /// Klaviyo's six segments of three scores.
    #[must_use]
    pub fn klaviyo_six() -> Self {
        listed("klaviyo_six", 3, Input::Scores, KLAVIYO_SIX)
    }

    /// The eight classes of Chinese customer management: each axis high or low, for any number of scores.
    #[must_use]
    pub fn eight_value() -> Self {
        listed("eight_value", 2, Input::HighLow(HighLowCut::default()), EIGHT_VALUE)
    }

    /// Five levels of the weighted score.
    #[must_use]
    pub fn weighted_levels() -> Self {
        boxed("weighted_levels", Input::Weighted, Matching::Exclusive, None, WEIGHTED_LEVELS)
    }

    /// Every shipped map.
    #[must_use]
    pub fn shipped() -> [Self; 6] {
        [Self::eleven(), Self::rf_ten(), Self::r_rfm_readme(), Self::klaviyo_six(), Self::eight_value(), Self::weighted_levels()]
    }

    /// A shipped map by its name.
    ///
    /// # Errors
    /// When there is none of that name.
    ///
    /// ```
    /// use patronage::analysis::rfm::SegmentMap;
    /// assert_eq!(SegmentMap::named("rf_ten")?.segments().len(), 10);
    /// # Ok::<(), patronage::Error>(())
    /// ```
    pub fn named(name: &str) -> Result<Self> {
        let found = Self::shipped().into_iter().find(|map| map.name() == name);
        found.ok_or_else(|| {
            Error::parameter("not a segment map").with_value(name).with_hint(format!("one of: {}; or a TOML file", NAMES.join(" ")))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Finding;
    use super::*;

    #[test]
    fn every_shipped_map_is_clean() {
        for map in SegmentMap::shipped() {
            let findings = map.lint();
            if map.name() == "r_rfm_readme" {
                let [Finding::Uncovered { codes, goes_to }] = findings.as_slice() else { panic!("{findings:?}") };
                assert_eq!((codes.len(), goes_to.as_deref()), (10, Some("others")));
            } else {
                assert_eq!(findings, [], "{}", map.name());
            }
        }
        assert_eq!(SegmentMap::shipped().map(|map| map.name().to_owned()), NAMES);
    }

    #[test]
    fn every_segment_has_words() {
        for map in SegmentMap::shipped() {
            for segment in map.segments() {
                assert!([&segment.en, &segment.zh, &segment.action_en, &segment.action_zh].iter().all(|text| !text.is_empty()));
                assert!(!segment.zh.is_ascii() && !segment.action_zh.is_ascii());
            }
        }
    }

    #[test]
    fn faulty_maps_are_found_out() {
        let map = SegmentMap::from_toml(
            "name = \"x\"\nbins = 2\n[[segment]]\nkey = \"a\"\ncodes = [111]\n[[segment]]\nkey = \"b\"\nwhere = [{ r = 1 }]\n[[segment]]\nkey = \"c\"",
        );
        let findings = map.map(|map| map.lint()).unwrap_or_default();
        let words: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert_eq!(
            words,
            [
                "4 codes have no segment of their own: 211 212 221 222; name a segment for them as `otherwise`",
                "code 111 stands in `a` and in `b`",
                "no code leads to segment `c`",
            ]
        );
        assert_eq!(findings.iter().map(Finding::is_error).collect::<Vec<_>>(), [true, true, false]);
        let map = SegmentMap::from_toml(
            "name = \"x\"\nbins = 2\nmatch = \"first\"\n[[segment]]\nkey = \"a\"\nwhere = [{}]\n[[segment]]\nkey = \"b\"\ncodes = [111]",
        );
        let words: Vec<String> = map.map(|map| map.lint()).unwrap_or_default().iter().map(ToString::to_string).collect();
        assert_eq!(words, ["no code leads to segment `b`", "rule `111` of segment `b` is never reached"]);
    }

    #[test]
    fn weighted_levels_need_no_other_axis() {
        assert!(SegmentMap::weighted_levels().hit([5, 1, 1]).is_some());
        assert_eq!(SegmentMap::named("twelve").map_err(|error| error.to_string()).err().as_deref(), Some("not a segment map: `twelve`"));
    }
}
