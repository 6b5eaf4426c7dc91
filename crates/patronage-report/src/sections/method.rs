//! Definitions, coefficients, versions, and what not to conclude.

use patronage::analysis::clv::Fit;

use super::definitions::definitions;
use crate::columns::Kind;
use crate::document::{Block, Cell, Heading, Table};
use crate::view::View;

pub(super) fn blocks(view: &View<'_>) -> Vec<Block> {
    let manifest = view.book.manifest();
    let mut blocks = vec![Block::Definitions(definitions(view))];
    if let Some(analysis) = &manifest.analyses.clv {
        for fit in [Some(&analysis.model), analysis.spend.as_ref()].into_iter().flatten() {
            blocks.push(Block::Table(coefficients(view, fit)));
            blocks.push(Block::Text(fit_words(view, fit)));
        }
    }
    let rules = view.say("Rules: which scores lead to which segment, and why", "规则：何种得分归入哪个分群及依据");
    blocks.extend(
        view.shown("rules", &rules, &["r_score", "f_score", "m_score", "customers", "reason"]).map(|table| Block::Table(table.folded())),
    );
    blocks.extend(
        view.shown(
            "churn_coefficients",
            &view.say("Coefficients of the churn classifier", "流失分类器系数"),
            &["feature", "coefficient", "standard_error", "odds_ratio", "mean", "deviation"],
        )
        .map(Block::Table),
    );
    blocks.push(Block::Heading(view.say("Limits", "局限")));
    blocks.push(Block::List(limits(view)));
    blocks.push(Block::Text(view.language().pick(
        format!(
            "Made by patronage {}. The folder of the book holds every table in full, the parameters and the hashes of all files.",
            manifest.patronage
        ),
        format!("由 patronage {} 生成。输出文件夹包含全部完整表格、参数及各文件的校验值。", manifest.patronage),
    )));
    blocks
}

fn coefficients(view: &View<'_>, fit: &Fit) -> Table {
    let heading = |name: &str, text: (&str, &str), kind| Heading { name: name.to_owned(), text: view.say(text.0, text.1), kind };
    let number = |number: f64| Cell { text: significant(view, number), number: Some(number) };
    let rows = fit.parameters.iter().map(|parameter| {
        let error = parameter.standard_error.map_or_else(|| Cell { text: "–".to_owned(), number: None }, number);
        vec![Cell { text: parameter.symbol.clone(), number: None }, number(parameter.value), error]
    });
    Table {
        name: "manifest".to_owned(),
        caption: view.language().pick(format!("Coefficients of {}", fit.model), format!("{} 的参数", fit.model)),
        columns: vec![
            heading("symbol", ("coefficient", "参数"), Kind::Text),
            heading("value", ("estimate", "估计值"), Kind::Fine),
            heading("standard_error", ("± s.e.", "标准误"), Kind::Fine),
        ],
        rows: rows.collect(),
        folded: false,
    }
}

/// Five significant digits.
fn significant(view: &View<'_>, number: f64) -> String {
    let size = number.abs();
    if size >= 1e9 || (size > 0.0 && size < 1e-4) {
        return format!("{number:.4e}");
    }
    let places = [(1e4, 0), (1e3, 1), (1e2, 2), (1e1, 3), (1.0, 4)].iter().find(|(from, _)| size >= *from).map_or(5, |(_, places)| *places);
    view.numbers.places(number, places)
}

fn fit_words(view: &View<'_>, fit: &Fit) -> String {
    let customers = view.numbers.count(fit.customers);
    let likelihood = view.numbers.places(fit.log_likelihood, 2);
    let reduces = fit
        .reduces_to
        .map_or_else(String::new, |reduction| view.language().pick(format!(" ({reduction})"), format!("（{}）", reduction.text_zh())));
    view.language().pick(
        format!("Fitted to {customers} customers; log-likelihood {likelihood}; {}{reduces}.", fit.termination),
        format!("基于 {customers} 位客户拟合；对数似然 {likelihood}；{}{reduces}。", if fit.converged { "已收敛" } else { "未收敛" }),
    )
}

fn limits(view: &View<'_>) -> Vec<String> {
    let mut limits = vec![view.say(
        "Segments describe the past. They are no proof that an action works: compare with customers who were left alone.",
        "分群描述过去，并不证明某项措施有效：请与未干预的客户对照。",
    )];
    if view.book.manifest().analyses.clv.is_some() {
        limits.push(view.say(
            "Forecasts assume that customers go on as they have: no season, campaign or change of price is in the model.",
            "预测假定客户行为延续：模型不含季节、活动或价格变动。",
        ));
        limits.push(view.say(
            "An interval for the mean says how sure a coefficient is; single customers scatter far more widely.",
            "均值区间反映参数的不确定性；单个客户的波动大得多。",
        ));
    }
    limits.push(view.say(
        "The first period of the log makes old customers look new; the last one may be incomplete.",
        "日志首期会把老客户误认为新客户；末期可能不完整。",
    ));
    limits
}
