//! One test for each setting that is refused.

use super::*;
use crate::ErrorKind;

fn refused(params: RfmParams) -> String {
    let Err(error) = params.fit(&ladder()) else { panic!("accepted") };
    assert_eq!(error.kind(), ErrorKind::Parameter);
    error.to_string()
}

#[test]
fn bins_out_of_range() {
    assert_eq!(refused(Rfm::params().bins(1)), "the number of scores has to be 2 to 9: `1`");
    assert_eq!(refused(Rfm::params().bins(10)), "the number of scores has to be 2 to 9: `10`");
}

#[test]
fn bins_that_the_preset_does_not_have() {
    assert_eq!(refused(Rfm::params().scoring(Scoring::Klaviyo3).bins(5)), "scoring `klaviyo_3` has 3 scores, not 5");
}

#[test]
fn map_for_another_number_of_scores() {
    assert_eq!(refused(Rfm::params().bins(4).map(SegmentMap::eleven())), "segment map `eleven` needs 5 scores, but there are 4");
}

#[test]
fn weighted_map_without_weighted_score() {
    assert_eq!(
        refused(Rfm::params().map(SegmentMap::weighted_levels())),
        "segment map `weighted_levels` needs scoring `weighted`, not `quantile`"
    );
}

#[test]
fn custom_without_thresholds() {
    assert_eq!(refused(Rfm::params().scoring(Scoring::Custom)), "scoring `custom` needs thresholds");
}

#[test]
fn thresholds_without_custom() {
    assert_eq!(refused(Rfm::params().thresholds(three())), "thresholds are given, but scoring `quantile` finds its own");
}

#[test]
fn thresholds_for_another_number_of_scores() {
    assert_eq!(
        refused(Rfm::params().scoring(Scoring::Custom).thresholds(three()).bins(5)),
        "2 thresholds make 3 scores, another number is asked for"
    );
}

#[test]
fn thresholds_that_make_no_sense() {
    let words = |f: &[f64]| Thresholds::new(&[1.0, 2.0], f, &[1.0, 2.0]).map_or_else(|error| error.to_string(), |_| String::new());
    assert_eq!(words(&[2.0, 2.0]), "the thresholds of frequency have to ascend: 2 comes before 2");
    assert_eq!(words(&[2.0]), "frequency has 1 thresholds and recency 2: each axis needs one fewer than there are scores");
    assert_eq!(words(&[2.0, f64::NAN]), "a threshold has to be a number within ±10^22: `NaN`");
}

#[test]
fn map_that_covers_too_little() {
    let Ok(map) =
        SegmentMap::from_toml("name = \"x\"\n[[segment]]\nkey = \"a\"\nwhere = [{ r = \"1-4\" }, { f = \"1-4\" }, { m = \"1-4\" }]")
    else {
        panic!("readable")
    };
    assert_eq!(
        refused(Rfm::params().map(map)),
        "segment map `x`: 1 codes have no segment of their own: 555; name a segment for them as `otherwise`"
    );
}

#[test]
fn nobody() {
    let error = Rfm::params().fit(&numbered(&[])).err();
    assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::Fit));
}

#[test]
fn money_beyond_the_exact_range() {
    let error = Rfm::params().fit(&numbered(&[(1, 1, 10_i128.pow(30))])).err();
    assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::Overflow));
}

#[test]
fn another_frequency_at_another_date() {
    let customers = ladder();
    let model = fit(Rfm::params(), &customers);
    let mut other = customers.clone();
    other.settings.frequency = crate::customers::Frequency::Periods;
    let error = model.score(&other).map_err(|error| error.to_string()).err();
    assert_eq!(error.as_deref(), Some("the thresholds were fitted on frequency in orders, these customers count periods"));
}

#[test]
fn damaged_models() {
    let customers = ladder();
    let text = serde_json::to_string(&fit(Rfm::params(), &customers)).unwrap_or_default();
    let damaged = |from: &str, to: &str| {
        assert!(text.contains(from), "{text}");
        serde_json::from_str::<RfmModel>(&text.replacen(from, to, 1)).is_err()
    };
    assert!(damaged("\"bins\":5", "\"bins\":4"));
    assert!(damaged("\"bins\":5", "\"bins\":0"));
    assert!(damaged("\"axis\":\"recency\"", "\"axis\":\"monetary\""));
    assert!(damaged("\"scoring\":\"quantile\"", "\"scoring\":\"weighted\""));
    assert!(damaged("\"40.2\"", "\"4000\""));
}
