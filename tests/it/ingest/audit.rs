//! The books balance: every row and all money end in exactly one place, for one reason.

use patronage::ingest::Reason;
use patronage::{Duplicates, Ingest, Ingested, ZeroAmounts};
use proptest::prelude::*;

use super::{read, rejects};

#[test]
fn of_several_reasons_the_first_counts() {
    // Each row has the fault of its name and all those behind it in the list.
    let text = b"customer;date;amount;note\n\
        ann;2024-03-01;5;fine\n\
        ;soon;x\n\
        ;soon;x;\xff\n\
        ;soon;x;\n\
        bob;soon;x;\n\
        bob;1850-01-01;x;\n\
        bob;2024-03-01;x;\n\
        bob;2024-03-01;0;\n\
        bob;2024-03-01;7;\n\
        ann;2024-03-01;5;fine\n";
    let scratch = crate::common::Scratch::with("log.csv", text);
    let ingest = Ingest::new().exclude(["bob"]).zero_amounts(ZeroAmounts::Reject).duplicates(Duplicates::Remove);
    let read = ingest.read([scratch.path("log.csv")]).unwrap();
    let wanted = [
        "2 ragged_row -",
        "3 bad_encoding -",
        "4 missing_customer -",
        "5 bad_time -",
        "6 time_out_of_range -",
        "7 bad_amount -",
        "8 zero_amount 0.00",
        "9 excluded 7.00",
        "10 duplicate 5.00",
    ];
    assert_eq!(rejects(&read), wanted);
    assert_eq!(read.audit.rows_rejected.len(), 9, "every reason there is: {:?}", read.audit.rows_rejected);
    assert_eq!((read.audit.rows_in, read.audit.rows_accepted, read.audit.rows_without_money), (10, 1, 6));
    assert_eq!([&*read.audit.money_in, &*read.audit.money_accepted, &*read.audit.money_rejected], ["17", "5", "12"]);
}

#[test]
fn rejects_say_where_and_what() {
    let read = read(&Ingest::new(), "customer,date,amount\nann,2024-03-01,5\nann,2024-03-01,\"five\tpounds\"\n");
    let reject = &read.rejects[0];
    assert_eq!(
        (reject.file.as_str(), reject.row, reject.column.as_deref(), reject.value.as_deref()),
        ("(text)", 2, Some("amount"), Some("five\\tpounds"))
    );
    assert_eq!((reject.reason, reject.money.as_ref()), (Reason::BadAmount, None));
}

/// A field: one of the usual suspects, or anything at all.
fn field(suspects: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop_oneof![
        8 => prop::sample::select(suspects).prop_map(str::to_owned),
        1 => "[ -~]{0,8}".prop_map(|text| text.replace(['"', ','], "")),
        1 => any::<String>().prop_map(|text| text.replace(['"', ',', '\r', '\n'], "")),
    ]
}

fn dirty_row() -> impl Strategy<Value = String> {
    let customer = field(&["a", "b", "c", "0001", "", "NULL", " a ", "客户"]);
    let date = field(&["2024-03-01", "2024-03-02 23:59", "2024/3/3", "20240304", "0000-01-01", "99999-12-31", "soon", ""]);
    let order = field(&["1", "2", "C3", "a long order id", ""]);
    let amount = field(&["5", "12.50", "-3", "(4.00)", "0", "1,234.50", "0.001", "NaN", "inf", "9e99", "twelve", ""]);
    (customer, date, order, amount, 0..14_u8).prop_map(|(customer, date, order, amount, damage)| {
        let row = format!("{customer},{date},{order},\"{amount}\"");
        match damage {
            0 => row + ",more",
            1 => row.replacen(',', "", 1),
            _ => row,
        }
    })
}

/// Micros of decimal text with up to six places.
fn micros(text: &str) -> i128 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    format!("{whole}{fraction:0<6}").parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

#[track_caller]
fn assert_balanced(read: &Ingested, rows: u64) {
    let audit = &read.audit;
    assert_eq!(audit.rows_in, rows);
    assert_eq!(audit.rows_in, audit.rows_accepted + audit.rejected());
    assert_eq!(audit.rejected(), read.rejects.len() as u64);
    assert_eq!(micros(&audit.money_in), micros(&audit.money_accepted) + micros(&audit.money_rejected));
    let carried: i128 = read.rejects.iter().filter_map(|reject| reject.money.as_deref()).map(micros).sum();
    assert_eq!(micros(&audit.money_rejected), carried);
    assert_eq!(audit.rows_without_money, read.rejects.iter().filter(|reject| reject.money.is_none()).count() as u64);
    let scale = usize::from(read.ledger.scale());
    assert_eq!(
        micros(&patronage::money::to_text(read.ledger.money().expect("small"), read.ledger.scale())),
        micros(&audit.money_accepted),
        "scale {scale}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn rows_and_money_balance_whatever_the_rows(rows in prop::collection::vec(dirty_row(), 0..40), remove in any::<bool>(), reject_zeros in any::<bool>()) {
        // One clean row, since a file without any is an error.
        let text = format!("customer,date,order,amount\nann,2024-02-29,1,1.25\n{}\n", rows.join("\n"));
        let duplicates = if remove { Duplicates::Remove } else { Duplicates::Count };
        let zeros = if reject_zeros { ZeroAmounts::Reject } else { ZeroAmounts::Count };
        let ingest = Ingest::new().cancel_prefix("C").exclude(["c"]).duplicates(duplicates).zero_amounts(zeros);
        let read = read(&ingest, &text);
        assert_balanced(&read, rows.len() as u64 + 1);
    }

    #[test]
    fn any_text_is_read_or_refused_without_a_panic(text in any::<String>(), header in any::<bool>()) {
        let text = if header { format!("customer,date,amount\n{text}") } else { text };
        if let Ok(read) = Ingest::new().read_text(&text) {
            assert_eq!(read.audit.rows_in, read.audit.rows_accepted + read.audit.rejected());
        }
    }
}
