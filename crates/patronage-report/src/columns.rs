//! What the columns of tables are called, and how their cells are written.

use crate::options::Language;

/// How a cell is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    /// A whole number.
    Count,
    /// A number with few digits.
    Number,
    /// A number with four places.
    Fine,
    Money,
    Percent,
    Date,
    Flag,
}

use Kind::{Count, Date, Fine, Flag, Money, Number, Percent, Text};

/// Name, English, Chinese, and how cells are written. Columns that are not listed are called as they are named.
const COLUMNS: &[(&str, &str, &str, Kind)] = &[
    ("abc", "ABC", "ABC 分类", Text),
    ("action", "what to do", "建议动作", Text),
    ("active", "active", "活跃客户", Count),
    ("actual", "actual", "实际", Number),
    ("actual_purchases", "actual purchases", "实际购买次数", Number),
    ("actual_standard_error", "± s.e.", "标准误", Fine),
    ("antecedent", "who buys", "购买", Text),
    ("antecedent_orders", "orders with the first", "含前项订单", Count),
    ("arpu", "revenue per active customer", "活跃客户均收入", Money),
    ("arpu_change", "change per customer", "客均变化", Percent),
    ("arpu_change_year", "change per customer to last year", "客均同比", Percent),
    ("auc", "AUC", "AUC", Fine),
    ("average_order_value", "per order", "客单价", Money),
    ("axis", "axis", "维度", Text),
    ("baseline_value", "by plain averages", "按简单平均", Money),
    ("beaten", "beaten", "被超过", Flag),
    ("bic", "BIC", "BIC", Number),
    ("bin", "bin", "分箱", Count),
    ("brier", "Brier", "Brier 分数", Fine),
    ("calibration_error", "calibration error", "校准误差", Fine),
    ("change", "change", "环比", Percent),
    ("change_share", "change in share", "占比变化", Percent),
    ("change_year", "change to last year", "同比", Percent),
    ("check", "check", "检查项", Text),
    ("chosen", "chosen", "选用", Flag),
    ("chosen_won_by", "chosen wins by", "选用者领先", Fine),
    ("chosen_won_by_standard_error", "± s.e.", "标准误", Fine),
    ("churn_class", "churn risk", "流失风险", Text),
    ("churn_probability", "churn probability", "流失概率", Percent),
    ("churn_rate", "churn rate", "流失率", Percent),
    ("churn_to_adds", "churned to added", "流失新增比", Number),
    ("churned", "churned", "流失", Count),
    ("churned_revenue", "churned revenue", "流失收入", Money),
    ("churners_share", "of those who leave", "覆盖流失客户", Percent),
    ("class", "class", "类别", Text),
    ("cluster", "cluster", "聚类", Count),
    ("coefficient", "coefficient", "系数", Fine),
    ("cohort", "cohort", "同期群", Text),
    ("cohort_size", "customers", "客户数", Count),
    ("cohort_start", "from", "起始", Date),
    ("complete", "complete", "完整", Flag),
    ("confidence", "confidence", "置信度", Percent),
    ("consequent", "also buys", "同时购买", Text),
    ("consequent_orders", "orders with the second", "含后项订单", Count),
    ("contacted_share", "contacted", "触达比例", Percent),
    ("contraction", "contraction", "收缩", Money),
    ("cost", "cost", "成本", Money),
    ("count", "number", "数量", Count),
    ("covered", "covered", "覆盖", Percent),
    ("cumulative_actual", "actual, cumulative", "累计实际", Number),
    ("cumulative_expected", "expected, cumulative", "累计预期", Number),
    ("cumulative_revenue", "cumulative revenue", "累计收入", Money),
    ("cumulative_revenue_per_customer", "cumulative revenue per customer", "人均累计收入", Money),
    ("customer_id", "customer", "客户", Text),
    ("customer_share", "of customers", "客户占比", Percent),
    ("customers", "customers", "客户数", Count),
    ("customers_change", "change of customers", "客户环比", Percent),
    ("customers_change_year", "customers to last year", "客户同比", Percent),
    ("cut", "cut", "切点", Count),
    ("days_since_last", "days since last purchase", "距上次购买天数", Count),
    ("decile", "tenth", "十分位", Count),
    ("deviation", "deviation", "标准差", Number),
    ("discount", "discount", "折扣", Money),
    ("discount_share", "discount share", "折扣占比", Percent),
    ("expansion", "expansion", "扩张", Money),
    ("expected", "expected", "预期", Number),
    ("expected_purchases", "purchases expected", "预期购买次数", Number),
    ("expected_spend", "spend per purchase", "预期单次消费", Money),
    ("f_score", "F", "F", Count),
    ("feature", "feature", "特征", Text),
    ("first_purchase", "first purchase", "首次购买", Date),
    ("fix", "how to mend it", "改进办法", Text),
    ("form", "form", "口径", Text),
    ("free_parameters", "parameters", "参数个数", Count),
    ("frequency", "frequency", "购买次数", Count),
    ("frequency_high", "orders to", "订单至", Count),
    ("frequency_low", "orders from", "订单自", Count),
    ("from", "from", "原值", Text),
    ("from_class", "from", "原类别", Text),
    ("from_date", "from", "起", Date),
    ("from_segment", "from", "原分群", Text),
    ("from_share", "of those there before", "占原分群", Percent),
    ("from_stage", "from", "原阶段", Text),
    ("gain", "gain", "增益", Percent),
    ("gap", "gap statistic", "间隔统计量", Fine),
    ("gap_deviation", "± s.d.", "标准差", Fine),
    ("grain", "grain", "粒度", Text),
    ("gross_revenue_retention", "gross revenue retention", "总收入留存", Percent),
    ("high", "up to", "上限", Number),
    ("holdout", "hold-out", "留出期", Flag),
    ("inertia", "inertia", "簇内平方和", Number),
    ("k", "clusters", "聚类数", Count),
    ("kind", "kind", "类型", Text),
    ("last_change", "what changed", "最近变化", Text),
    ("last_purchase", "last purchase", "最近购买", Date),
    ("last_revenue", "last period", "本期收入", Money),
    ("layer", "layer", "层级", Text),
    ("left_truncated", "begins with the log", "左截断", Flag),
    ("level", "level", "等级", Count),
    ("lifecycle", "life cycle", "生命周期", Text),
    ("lifecycle_since", "in this stage since", "进入该阶段", Date),
    ("lift", "lift", "提升度", Number),
    ("log_score", "log score", "对数得分", Fine),
    ("low", "above", "下限", Number),
    ("m_score", "M", "M", Count),
    ("mae", "MAE", "平均绝对误差", Fine),
    ("margin", "margin", "毛利", Money),
    ("margin_rate", "margin rate", "毛利率", Percent),
    ("mean", "mean", "均值", Number),
    ("mean_churn_probability", "mean churn probability", "平均流失概率", Percent),
    ("mean_high", "upper bound, mean", "上限均值", Money),
    ("mean_low", "lower bound, mean", "下限均值", Money),
    ("mean_revenue", "mean revenue", "人均收入", Money),
    ("measured", "measured", "测得", Text),
    ("median", "median", "中位数", Number),
    ("median_frequency", "orders (median)", "订单数中位数", Number),
    ("median_monetary", "revenue (median)", "金额中位数", Money),
    ("median_recency_days", "days since last purchase (median)", "距上次购买天数中位数", Number),
    ("method", "method", "方法", Text),
    ("model", "model", "模型", Text),
    ("monetary", "revenue", "金额", Money),
    ("money_quick_ratio", "quick ratio of money", "金额速动比", Number),
    ("name", "name", "名称", Text),
    ("net_adds", "net adds", "净增", Count),
    ("net_revenue_retention", "net revenue retention", "净收入留存", Percent),
    ("new", "new", "新增", Count),
    ("new_customers", "new customers", "新客户", Count),
    ("new_revenue", "revenue from new", "新客收入", Money),
    ("next_best", "next best category", "推荐品类", Text),
    ("odds_ratio", "odds ratio", "优势比", Number),
    ("orders", "orders", "订单数", Count),
    ("orders_change", "change of orders", "订单环比", Percent),
    ("orders_change_year", "orders to last year", "订单同比", Percent),
    ("orders_together", "orders with both", "共现订单", Count),
    ("outlier_score", "unusual", "异常得分", Number),
    ("overdue_ratio", "overdue ratio", "逾期比", Number),
    ("p05", "5 %", "5 %", Number),
    ("p25", "25 %", "25 %", Number),
    ("p50", "50 %", "50 %", Number),
    ("p75", "75 %", "75 %", Number),
    ("p80", "80 %", "80 %", Number),
    ("p90", "90 %", "90 %", Number),
    ("p95", "95 %", "95 %", Number),
    ("parameters", "coefficients", "参数值", Text),
    ("partial_churn", "buys less", "部分流失", Flag),
    ("period", "period", "期间", Text),
    ("period_index", "periods since", "第几期", Count),
    ("period_start", "from", "起始", Date),
    ("predicted", "predicted", "预测", Percent),
    ("previous_revenue", "period before", "上期收入", Money),
    ("previous_segment", "segment before", "原分群", Text),
    ("priority", "priority", "优先级", Count),
    ("probability_alive", "still a customer", "存活概率", Percent),
    ("purchase_periods", "days with a purchase", "购买天数", Count),
    ("purchased", "purchases", "购买金额", Money),
    ("quantity", "quantity", "指标", Text),
    ("quick_ratio", "quick ratio", "速动比", Number),
    ("r_score", "R", "R", Count),
    ("rank", "rank", "排名", Count),
    ("reactivated", "reactivated", "唤回", Count),
    ("reactivated_revenue", "revenue from reactivated", "唤回收入", Money),
    ("reason", "why", "原因", Text),
    ("recency_days", "days since last purchase", "距上次购买天数", Count),
    ("recency_high", "days to", "天数至", Count),
    ("recency_low", "days from", "天数自", Count),
    ("refund_orders", "refunds", "退款单数", Count),
    ("refunded", "refunded", "退款金额", Money),
    ("residual_value", "residual value", "剩余价值", Money),
    ("residual_value_high", "residual value, upper bound", "剩余价值上限", Money),
    ("residual_value_low", "residual value, lower bound", "剩余价值下限", Money),
    ("retained", "retained", "留存", Count),
    ("retained_revenue", "revenue from retained", "留存收入", Money),
    ("retention", "retention", "留存率", Percent),
    ("retention_change", "change of retention", "留存率变化", Percent),
    ("retention_rate", "retention rate", "留存率", Percent),
    ("revenue", "revenue", "收入", Money),
    ("revenue_after", "revenue after", "之后收入", Money),
    ("revenue_before", "revenue before", "之前收入", Money),
    ("revenue_change", "change of revenue", "收入环比", Percent),
    ("revenue_change_year", "revenue to last year", "收入同比", Percent),
    ("revenue_from", "revenue then", "原收入", Money),
    ("revenue_per_customer", "revenue per customer", "人均收入", Money),
    ("revenue_share", "of revenue", "收入占比", Percent),
    ("revenue_to", "revenue now", "现收入", Money),
    ("rfm_code", "RFM", "RFM", Text),
    ("rmse", "RMSE", "均方根误差", Fine),
    ("rows", "rows", "行数", Count),
    ("rule", "rule", "规则", Text),
    ("rule_precision", "precision", "规则精确率", Percent),
    ("rule_recall", "covered", "规则覆盖率", Percent),
    ("score", "score", "得分", Number),
    ("segment", "segment", "分群", Text),
    ("segment_since", "in this segment since", "进入该分群", Date),
    ("share", "share", "占比", Percent),
    ("silhouette", "silhouette", "轮廓系数", Fine),
    ("stability", "stability", "稳定性", Fine),
    ("stage", "stage", "阶段", Text),
    ("standard_error", "± s.e.", "标准误", Fine),
    ("support", "support", "支持度", Percent),
    ("threshold", "threshold", "阈值", Number),
    ("time", "period", "期", Number),
    ("to", "to", "现值", Text),
    ("to_class", "to", "现类别", Text),
    ("to_date", "to", "止", Date),
    ("to_segment", "to", "现分群", Text),
    ("to_stage", "to", "现阶段", Text),
    ("top_decile_lift", "lift of the top tenth", "前 10% 提升度", Number),
    ("typical_high", "usual to", "常见上限", Number),
    ("typical_low", "usual from", "常见下限", Number),
    ("usual_gap_days", "usual gap in days", "通常间隔天数", Number),
    ("value", "value", "取值", Text),
    ("value_at_risk", "value at risk", "风险价值", Money),
    ("weighted_score", "weighted score", "加权得分", Number),
    ("what", "what", "内容", Text),
    ("xyz", "XYZ", "XYZ 分类", Text),
    ("year_at_risk", "last year's money at risk", "近一年金额风险", Money),
    ("zero_gaps", "gaps of zero", "零间隔数", Count),
];

/// Columns whose texts are keys of this library, not of the data.
const KEYED: [&str; 19] = [
    "from_stage",
    "to_stage",
    "axis",
    "churn_class",
    "class",
    "feature",
    "form",
    "from_class",
    "grain",
    "kind",
    "last_change",
    "layer",
    "level",
    "method",
    "quantity",
    "stage",
    "to_class",
    "xyz",
    "lifecycle",
];

/// What keys are called, in English where it is not the key itself, and in Chinese.
const KEYS: &[(&str, &str, &str)] = &[
    ("age", "age", "客户年龄"),
    ("age_days", "days since first purchase", "首购至今天数"),
    ("baseline", "baseline", "基线"),
    ("basic", "basic", "基础级"),
    ("classifier", "trained classifier", "训练分类器"),
    ("continuously_improved", "continuously improved", "持续改进级"),
    ("day", "day", "日"),
    ("days", "days", "天"),
    ("declining", "declining", "衰退"),
    ("disordered", "disordered", "无序级"),
    ("dormant", "dormant", "沉睡"),
    ("first_order_only", "first order only", "仅首单"),
    ("frequency", "frequency", "频度"),
    ("frozen", "today's thresholds", "固定阈值"),
    ("gap_variation", "variation of gaps", "间隔波动"),
    ("growing", "growing", "成长"),
    ("high", "high", "高"),
    ("k-means", "k-means", "K 均值"),
    ("large", "large", "大客户"),
    ("last_money", "last purchase against the usual", "末次金额对比平常"),
    ("lost", "lost", "流失"),
    ("low", "low", "低"),
    ("mature", "mature", "成熟"),
    ("mean_gap", "mean gap", "平均间隔"),
    ("mean_gap_days", "mean gap in days", "平均间隔天数"),
    ("mean_order_value", "mean order", "平均订单额"),
    ("medium", "medium", "中"),
    ("mixture", "Gaussian mixture", "高斯混合"),
    ("model", "model", "模型"),
    ("monetary", "money", "金额"),
    ("money", "money", "金额"),
    ("money_trend", "trend of money", "金额趋势"),
    ("month", "month", "月"),
    ("new", "new", "新客户"),
    ("no_purchase", "no purchase in the horizon", "预测期内不购买"),
    ("none", "none", "无"),
    ("not_alive", "1 − P(alive)", "1 − 存活概率"),
    ("one_purchase", "one purchase only", "仅购买一次"),
    ("orders", "orders", "订单数"),
    ("overdue", "overdue", "逾期规则"),
    ("overdue_ratio", "overdue ratio", "逾期比"),
    ("prospect", "prospect", "潜在客户"),
    ("purchase_periods", "days with a purchase", "购买天数"),
    ("quarter", "quarter", "季度"),
    ("reactivated", "reactivated", "唤回"),
    ("recency", "recency", "近度"),
    ("recency_days", "days since last purchase", "距上次购买天数"),
    ("recent_days", "recent purchase days", "近期购买天数"),
    ("refit", "own thresholds", "各自阈值"),
    ("refund_share", "share refunded", "退款占比"),
    ("repeat_days", "days with a repeat purchase", "复购天数"),
    ("returning", "returning", "回流"),
    ("slowing", "slowing", "放缓"),
    ("small", "small", "小客户"),
    ("spending_less", "spending less", "消费减少"),
    ("standard", "standard", "标准级"),
    ("steady", "steady", "稳定"),
    ("stopped", "stopped", "停止购买"),
    ("too few periods", "too few periods", "期数不足"),
    ("top", "top", "顶部"),
    ("usual_gap", "usual gap", "通常间隔"),
    ("week", "week", "周"),
    ("year", "year", "年"),
];

/// A text of a column as people read it: keys of this library in the language, everything else as it is.
pub(crate) fn word(column: &str, text: &str, language: Language) -> String {
    if !KEYED.contains(&column) {
        return text.to_owned();
    }
    match KEYS.iter().find(|key| key.0 == text) {
        Some((_, english, chinese)) => language.pick(*english, *chinese).to_owned(),
        None => text.replace('_', " "),
    }
}

fn find(name: &str) -> Option<&'static (&'static str, &'static str, &'static str, Kind)> {
    // `name_en` and `name_zh` are one column, shown in the language of the report.
    let name = name.strip_suffix("_en").or_else(|| name.strip_suffix("_zh")).unwrap_or(name);
    COLUMNS.iter().find(|column| column.0 == name)
}

/// What a column is called in a table: `name` is that of what the table is about.
pub(crate) fn heading_in(table: &str, name: &str, language: Language) -> String {
    let (english, chinese) = match (table, name) {
        ("segments" | "value", "name") => ("segment", "分群"),
        ("lifecycle", "name") => ("stage", "阶段"),
        ("quality", "name") => ("check", "检查项"),
        ("winning_and_keeping", "name") => ("what", "内容"),
        _ => return heading(name, language),
    };
    language.pick(english, chinese).to_owned()
}

/// The heading of a column.
pub(crate) fn heading(name: &str, language: Language) -> String {
    match find(name) {
        Some((_, english, chinese, _)) => language.pick(*english, *chinese).to_owned(),
        None => name.replace('_', " "),
    }
}

/// How the cells of a column are written, as far as its name tells.
pub(crate) fn kind(name: &str) -> Option<Kind> {
    find(name).map(|column| column.3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_is_listed_once() {
        assert!(KEYS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(word("churn_class", "high", Language::Chinese), "高");
        assert_eq!(word("value", "high", Language::Chinese), "high", "texts of the data stay");
    }

    #[test]
    fn each_column_is_listed_once_and_in_both_languages() {
        let mut names: Vec<&str> = COLUMNS.iter().map(|column| column.0).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
        assert!(COLUMNS.iter().all(|(_, english, chinese, _)| !english.is_empty() && !chinese.is_empty()));
    }

    #[test]
    fn unknown_columns_keep_their_name() {
        assert_eq!(heading("made_up", Language::Chinese), "made up");
        assert_eq!(heading("name_zh", Language::Chinese), "名称");
    }
}
