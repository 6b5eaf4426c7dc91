//! The words.

use super::*;
use crate::words::numbers;

#[test]
fn reasons_are_plain_english() {
    let customers = ladder();
    let reasons = |params: RfmParams, row: usize| {
        let scores = score(&fit(params, &customers), &customers);
        scores.reasons()[scores.reason()[row] as usize].clone()
    };
    assert_eq!(
        reasons(Rfm::params(), 2),
        "R3 (last purchase 81–140 days ago) · F3 (3–4 orders) · M2 (18.01 to 20.00) → rule `332` of map eleven → hibernating; \
         up: R4 (last purchase 41–80 days ago) → potential_loyalist, F4 (5–8 orders) → potential_loyalist, M3 (20.01 to 44.00) → potential_loyalist; \
         down: F1 (1 order) → about_to_sleep, M1 (≤ 18.00) → about_to_sleep"
    );
    assert_eq!(
        reasons(Rfm::params().map(SegmentMap::eight_value()), 3),
        "R high (last purchase ≤ 150 days ago) · F low (≤ 6 orders) · M low (≤ 225.80) → rule `high low low` of map eight_value → general_develop; \
         up: F high (≥ 7 orders) → general_value, M high (≥ 225.81) → key_develop; down: R low (last purchase ≥ 151 days ago) → general_winback"
    );
    assert_eq!(
        reasons(Rfm::params().scoring(Scoring::Weighted), 4),
        "weighted score above 4.5 (0.05·(0.15·R + 0.28·F + 0.57·M), ranks to 100) → map weighted_levels → top; up: none; down: 4.5 or less → high"
    );
    assert!(
        reasons(Rfm::params().scoring(Scoring::SqlNtile), 0).starts_with("R1 (last purchase ≥ 200 days ago, ties by customer id) · F1 (")
    );
    assert!(reasons(Rfm::params().scoring(Scoring::PymcQuartile), 0).contains("per purchase period"));
}

#[test]
fn distances_are_exact() {
    let customers = ladder();
    let model = fit(Rfm::params(), &customers);
    let Ok(explanation) = explain(&model, &customers, 2) else { panic!("row 2 exists") };
    assert_eq!(
        explanation.to_string(),
        "c02: hibernating (recency 100 days, frequency 3, monetary 20; scores 3 3 2)\n  \
         because R3 (last purchase 81–140 days ago) · F3 (3–4 orders) · M2 (18.01 to 20.00) → rule `332` of map eleven → hibernating; \
         up: R4 (last purchase 41–80 days ago) → potential_loyalist, F4 (5–8 orders) → potential_loyalist, M3 (20.01 to 44.00) → potential_loyalist; \
         down: F1 (1 order) → about_to_sleep, M1 (≤ 18.00) → about_to_sleep\n  \
         up to potential_loyalist: a last purchase 20 days more recent\n  \
         up to potential_loyalist: 2 more orders\n  \
         up to potential_loyalist: 0.01 more money\n  \
         down to about_to_sleep: 2 fewer orders\n  \
         down to about_to_sleep: 2.00 less money\n"
    );
    let distances: Vec<String> = explanation.moves.iter().map(|step| step.distance().to_string()).collect();
    assert_eq!(distances, ["20", "2", "0.01", "2", "2"]);
    assert!(model.explain(&customers, 5).is_err());
}

#[test]
fn reasons_are_plain_chinese() {
    let customers = ladder();
    let reason = |params: RfmParams, row: usize| {
        let scores = score(&fit(params, &customers), &customers);
        scores.reason_words()[scores.reason()[row] as usize].zh.clone()
    };
    assert_eq!(
        reason(Rfm::params(), 2),
        "R3（距上次购买 81–140 天） · F3（3–4 笔订单） · M2（金额 18.01 至 20.00） → 分群规则 eleven 中的 `332` → 沉睡客户；\
         上升：R4（距上次购买 41–80 天） → 潜在忠诚客户、F4（5–8 笔订单） → 潜在忠诚客户、M3（金额 20.01 至 44.00） → 潜在忠诚客户；\
         下降：F1（1 笔订单） → 即将沉睡客户、M1（金额 ≤ 18.00） → 即将沉睡客户"
    );
    assert_eq!(
        reason(Rfm::params().map(SegmentMap::eight_value()), 3),
        "R 高（距上次购买 ≤ 150 天） · F 低（≤ 6 笔订单） · M 低（金额 ≤ 225.80） → 分群规则 eight_value 中的 `高 低 低` → 一般发展客户；\
         上升：F 高（≥ 7 笔订单） → 一般价值客户、M 高（金额 ≥ 225.81） → 重要发展客户；下降：R 低（距上次购买 ≥ 151 天） → 一般挽留客户"
    );
    let on_scores = SegmentMap::eight_value().with_cut(HighLowCut::MeanOfScores);
    assert!(reason(Rfm::params().map(on_scores), 0).starts_with("R 低（得分 ≤ 3） · F 低（得分 ≤ 3） · M 低（得分 ≤ 2） → "));
    assert_eq!(
        reason(Rfm::params().scoring(Scoring::Weighted), 2),
        "加权得分高于 1.6、不高于 3（0.05·(0.15·R + 0.28·F + 0.57·M)，名次换算为 100 分制） → 分群规则 weighted_levels → 低价值客户；\
         上升：高于 3 → 中等价值客户；下降：不高于 1.6 → 已流失客户"
    );
    assert_eq!(
        reason(Rfm::params().scoring(Scoring::SpssNested), 0),
        "R1（距上次购买 ≥ 201 天） · F3（≥ 1 笔订单） · M3（金额 ≥ 10.00） → 分群规则 eleven 中的 `133` → 流失风险客户；\
         上升：无单项得分可达；下降：M1（金额 ≤ 9.99） → 已流失客户"
    );
    let tied = "R1（距上次购买 ≥ 200 天，取值相同者按客户编号区分） · F1（";
    assert!(reason(Rfm::params().scoring(Scoring::SqlNtile), 0).starts_with(tied));
    assert!(reason(Rfm::params().scoring(Scoring::PymcQuartile), 0).contains("F 低（1 个购买期） · M 低（每购买期金额 ≤ 225.80）"));
    assert!(reason(Rfm::params().monetary(MonetaryKind::MeanOrder), 4).contains("M5（每单金额 ≥ "));
    let unlisted = SegmentMap::from_toml(
        "name = \"mine\"\notherwise = \"rest\"\n[[segment]]\nkey = \"best\"\ncodes = [555]\n[[segment]]\nkey = \"rest\"\nzh = \"其余客户\"",
    );
    let unlisted = unlisted.unwrap_or_else(|error| panic!("{error}"));
    assert!(reason(Rfm::params().map(unlisted), 0).contains(" → 分群规则 mine 未列出，归入其余 → 其余客户；"));
}

#[test]
fn reasons_say_the_same_in_every_wording() {
    let customers = ladder();
    let maps = SegmentMap::shipped().into_iter().filter(|map| map.input() != Input::Weighted).map(|map| {
        let bins = if matches!(map.input(), Input::HighLow(_)) { 5 } else { map.bins() };
        Rfm::params().bins(bins).map(map)
    });
    for params in every_preset().chain(maps) {
        let scores = score(&fit(params, &customers), &customers);
        assert_eq!(scores.reasons().len(), scores.reason_words().len());
        for (reason, words) in scores.reasons().iter().zip(scores.reason_words()) {
            let mut named = reason.clone();
            for segment in scores.segments() {
                // A key stands after an arrow and ends at a separator.
                for end in [";", ","] {
                    named = named.replace(&format!("→ {}{end}", segment.key()), &format!("→ {}{end}", segment.name_en()));
                }
                if let Some(start) = named.strip_suffix(&format!("→ {}", segment.key())) {
                    named = format!("{start}→ {}", segment.name_en());
                }
            }
            assert_eq!(words.en, named);
            assert_eq!(numbers(&words.zh), numbers(&words.en), "{}", words.zh);
            let name = &scores.segments()[usize::from(words.segment)];
            assert!(words.zh.contains(&format!("→ {}；", name.name_zh())), "{}", words.zh);
            // What stays English are letters of axes and the name of the map.
            let english = words.zh.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| word.len() > 1);
            let of_map = ["eleven", "rf", "ten", "rfm", "readme", "klaviyo", "six", "eight", "value", "weighted", "levels"];
            assert!(english.clone().all(|word| of_map.contains(&word)), "{}", words.zh);
        }
    }
}

#[test]
fn moves_are_said_in_both_languages() {
    let customers = ladder();
    let moves = |params: RfmParams| {
        let explanation = explain(&fit(params, &customers), &customers, 2).unwrap_or_else(|error| panic!("{error}"));
        explanation.moves.iter().map(|step| (step.words_en(), step.words_zh())).collect::<Vec<_>>()
    };
    let said = |pairs: &[(&str, &str)]| pairs.iter().map(|(en, zh)| ((*en).to_owned(), (*zh).to_owned())).collect::<Vec<_>>();
    assert_eq!(
        moves(Rfm::params()),
        said(&[
            ("a last purchase 20 days more recent", "最近一次购买再近 20 天"),
            ("2 more orders", "再多 2 笔订单"),
            ("0.01 more money", "金额增加 0.01"),
            ("2 fewer orders", "减少 2 笔订单"),
            ("2.00 less money", "金额减少 2.00"),
        ])
    );
    let per_order = moves(Rfm::params().monetary(MonetaryKind::MeanOrder));
    assert!(per_order.contains(&("2.673333 more money per order".to_owned(), "每单金额增加 2.673333".to_owned())), "{per_order:?}");
    assert!(per_order.contains(&("141 more days without a purchase".to_owned(), "再有 141 天未购买".to_owned())), "{per_order:?}");
    // High begins at 7 orders, and the customer has 6.
    let model = fit(Rfm::params().map(SegmentMap::eight_value()), &customers);
    let explanation = explain(&model, &customers, 3).unwrap_or_else(|error| panic!("{error}"));
    let one_more = explanation.moves.iter().find(|step| step.axis == Axis::Frequency).map(Move::words_en);
    assert_eq!(one_more.as_deref(), Some("1 more order"));
}
