//! What a cluster might be called: how recently, how often and for how much its customers buy, beside all customers.

use super::feature::Feature;
use super::profile::Profile;
use crate::math::quantile::type7;
use crate::words::counted;

/// Where the median of a cluster lies among all customers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Low,
    Middle,
    High,
}

/// A suggested name in English and Chinese.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) english: String,
    pub(super) chinese: String,
}

/// What tells clusters of one name apart, in English and Chinese.
type Detail = dyn Fn(&[Profile; 3]) -> (String, String);

/// Low up to the first tercile of all customers, high beyond the second.
fn level(median: f64, sorted: &[f64]) -> Level {
    let tercile = |part: f64| type7(sorted, part / 3.0).unwrap_or(median);
    let (first, second) = (tercile(1.0), tercile(2.0));
    if median > second {
        Level::High
    } else if median <= first && first < sorted.last().copied().unwrap_or(first) {
        Level::Low
    } else {
        Level::Middle
    }
}

fn words(recency: Level, frequency: Level, once: bool, monetary: Level) -> Name {
    let (when, when_zh) = match recency {
        Level::Low => ("recent ", "近期"),
        Level::Middle => ("", ""),
        Level::High => ("lapsed ", "久未购买"),
    };
    let (often, often_zh) = match frequency {
        _ if once => ("one-time ", "一次性"),
        Level::Low => ("rare ", "低频"),
        Level::Middle => ("occasional ", "中频"),
        Level::High => ("frequent ", "高频"),
    };
    let (much, much_zh) = match monetary {
        Level::Low => ("small spenders", "低额"),
        Level::Middle => ("middle spenders", "中额"),
        Level::High => ("big spenders", "高额"),
    };
    Name { english: format!("{when}{often}{much}"), chinese: format!("{when_zh}{often_zh}{much_zh}") }
}

/// Names for clusters, each of them once. `profiles` holds recency, frequency and money of each cluster, `sorted` the
/// same of all customers.
pub(super) fn names(profiles: &[[Profile; 3]], sorted: [&[f64]; 3]) -> Vec<Name> {
    if profiles.len() == 1 {
        return vec![Name { english: "all customers".to_owned(), chinese: "全部客户".to_owned() }];
    }
    let base: Vec<Name> = profiles
        .iter()
        .map(|[recency, frequency, monetary]| {
            // Nearly all of them: three of four.
            let once = frequency.p75 <= 1.0;
            let levels = [(recency, sorted[0]), (frequency, sorted[1]), (monetary, sorted[2])].map(|(own, all)| level(own.median, all));
            words(levels[0], levels[1], once, levels[2])
        })
        .collect();
    let mut names = base.clone();
    // Those that share a name are told apart by the first of these that differs for all of them, or else by number.
    let details: [&Detail; 3] = [
        &|own| (format!("about {} each", rounded(own[2].median)), format!("人均约{}", rounded(own[2].median))),
        &|own| (format!("{} ago", counted(rounded(own[0].median), "day")), format!("约{}天前", rounded(own[0].median))),
        &|own| (counted(rounded(own[1].median), "time"), format!("约{}次", rounded(own[1].median))),
    ];
    for (at, name) in base.iter().enumerate() {
        let alike: Vec<usize> = (0..base.len()).filter(|other| base[*other] == *name).collect();
        if alike.len() < 2 {
            continue;
        }
        let tells = |detail: &&&Detail| {
            let mut all: Vec<String> = alike.iter().map(|other| detail(&profiles[*other]).0).collect();
            all.sort_unstable();
            all.windows(2).all(|pair| pair[0] != pair[1])
        };
        let place = alike.iter().position(|other| *other == at).unwrap_or_default() + 1;
        let (english, chinese) =
            details.iter().find(tells).map_or_else(|| (format!("group {place}"), format!("第{place}组")), |detail| detail(&profiles[at]));
        names[at] = Name { english: format!("{} ({english})", name.english), chinese: format!("{}（{chinese}）", name.chinese) };
    }
    names
}

/// Two significant digits, as one says it.
fn rounded(value: f64) -> String {
    let short: f64 = format!("{value:.1e}").parse().unwrap_or(value);
    let text = Feature::Monetary.show(short);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
