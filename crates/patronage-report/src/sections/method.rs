//! Definitions, coefficients, versions, and what not to conclude.

use patronage::analysis::clv::Fit;

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

fn definitions(view: &View<'_>) -> Vec<(String, String)> {
    let manifest = view.book.manifest();
    let json = serde_json::to_value(manifest).unwrap_or_default();
    let setting =
        |path: &str| json.pointer(path).map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).unwrap_or_default();
    let mut all = Vec::new();
    let mut add = |word: (&str, &str), meaning: (String, String)| {
        all.push((view.say(word.0, word.1), view.language().pick(meaning.0, meaning.1)));
    };
    let fixed = |english: &str, chinese: &str| (english.to_owned(), chinese.to_owned());
    let as_of = manifest.as_of;
    add(
        ("Order", "订单"),
        fixed(
            "The rows of one customer that share an order id; without such a column each row is an order. It belongs to the day of its earliest row.",
            "同一客户具有相同订单号的行；无订单号时每行为一笔订单。归属其最早一行所在日。",
        ),
    );
    add(
        ("Refund", "退款"),
        fixed(
            "An order with the cancel prefix or a negative total. It is no purchase, and its money is taken off revenue.",
            "带取消前缀或合计为负的订单。不计为购买，其金额从收入中扣除。",
        ),
    );
    add(("Recency", "近度"), (format!("Whole days from the last purchase to {as_of}."), format!("从最近一次购买到 {as_of} 的整天数。")));
    let frequency = setting("/customers/frequency");
    add(("Frequency", "频度"), (format!("Number of purchases, counted in {frequency}."), format!("购买次数，按 {frequency} 计。")));
    add(("Revenue", "金额"), fixed("Money of all orders, refunds taken off.", "全部订单金额，扣除退款。"));
    if manifest.analyses.rfm.is_some() {
        let (scoring, map, bins) = (setting("/analyses/rfm/scoring"), setting("/analyses/rfm/map/name"), setting("/analyses/rfm/bins"));
        add(
            ("Scores and segments", "得分与分群"),
            (
                format!(
                    "Scoring `{scoring}` with {bins} scores an axis; segments by the map `{map}`. The thresholds are in the table of the RFM section; equal customers get equal scores."
                ),
                format!("评分方式 `{scoring}`，每项 {bins} 档；分群规则 `{map}`。阈值见 RFM 一节；取值相同的客户得分相同。"),
            ),
        );
    }
    if let Some(abc) = &manifest.analyses.abc {
        let boundary = setting("/analyses/abc/classes/plan/boundary");
        let gini = view.numbers.places(abc.gini, 4);
        add(
            ("ABC", "ABC 分类"),
            (
                format!(
                    "Customers by falling revenue: A up to 80 % of it, B up to 95 %, C the rest, N without revenue; at the limit `{boundary}`. Gini {gini}."
                ),
                format!("按金额降序累计：A 至 80%，B 至 95%，其余为 C，无收入为 N；边界规则 `{boundary}`。基尼系数 {gini}。"),
            ),
        );
    }
    if manifest.analyses.xyz.is_some() {
        add(
            ("XYZ", "XYZ 分类"),
            fixed(
                "Coefficient of variation of the customer's demand by period: X up to 0.5, Y up to 1, Z above.",
                "客户各期需求的变异系数：X 不超过 0.5，Y 不超过 1，其余为 Z。",
            ),
        );
    }
    if let Some(clv) = &manifest.analyses.clv {
        let days = view.numbers.number(clv.terms.horizon_days.unwrap_or_default());
        add(
            ("Residual value", "剩余价值"),
            (
                format!(
                    "Expected purchases of the {days} days after {as_of}, discounted, times expected spend per purchase, times margin. It leaves out what a customer has already brought."
                ),
                format!("{as_of} 之后 {days} 天内的预期购买（折现）乘以预期单次消费再乘以毛利系数。不含客户已贡献的部分。"),
            ),
        );
        add(
            ("Still a customer", "存活概率"),
            fixed(
                "Probability that the customer has not left for good, given how often it bought and how long it has been silent.",
                "根据购买频率与沉默时长，客户尚未永久离开的概率。",
            ),
        );
    }
    if view.table("churn").is_some() {
        add(
            ("Value at risk", "风险价值"),
            fixed(
                "Churn probability times residual value: what may be lost, not what will be.",
                "流失概率乘以剩余价值：可能损失，而非必然损失。",
            ),
        );
    }
    if view.table("growth").is_some() {
        add(
            ("Quick ratio", "速动比"),
            fixed(
                "(new + reactivated) / churned of a period. Above 1 the number of active customers grows.",
                "（新增 + 唤回）/ 流失。大于 1 时活跃客户数增长。",
            ),
        );
    }
    if view.options.suppress_below > 0 {
        let below = view.options.suppress_below;
        add(
            ("Hidden numbers", "隐藏的数字"),
            (format!("Groups of fewer than {below} customers are not shown."), format!("客户数少于 {below} 的组不予显示。")),
        );
    }
    all
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
    let reduces = fit.reduces_to.map_or_else(String::new, |reduction| format!(" ({reduction})"));
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
