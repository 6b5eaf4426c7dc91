//! What the columns of tables are called, and how their cells are written.

pub(crate) use crate::keys::word;
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
    ("change_per_customer", "change per customer", "人均变化", Money),
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
    ("customers_before", "customers before", "上期客户数", Count),
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
    ("expected_purchases_high", "purchases expected, upper bound", "预期购买次数上限", Number),
    ("expected_purchases_low", "purchases expected, lower bound", "预期购买次数下限", Number),
    ("expected_purchases_p05", "purchases, 5 % quantile", "购买次数 5% 分位", Number),
    ("expected_purchases_p95", "purchases, 95 % quantile", "购买次数 95% 分位", Number),
    ("expected_spend", "spend per purchase", "预期单次消费", Money),
    ("expected_spend_high", "spend per purchase, upper bound", "预期单次消费上限", Money),
    ("expected_spend_low", "spend per purchase, lower bound", "预期单次消费下限", Money),
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
    ("measure", "measure", "指标", Text),
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
    ("next_best_score", "score of the next best category", "推荐品类得分", Number),
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
    ("raw_coefficient", "coefficient per unit", "每单位系数", Fine),
    ("reactivated", "reactivated", "唤回", Count),
    ("reactivated_revenue", "revenue from reactivated", "唤回收入", Money),
    ("reason", "why", "原因", Text),
    ("recency_days", "days since last purchase", "距上次购买天数", Count),
    ("recency_high", "days to", "天数至", Count),
    ("recency_low", "days from", "天数自", Count),
    ("refund_orders", "refunds", "退款单数", Count),
    ("refunded", "refunded", "退款金额", Money),
    ("repeat_customers", "who bought again", "复购客户数", Count),
    ("repeat_share", "of customers who bought again", "复购客户占比", Percent),
    ("residual_value", "residual value", "剩余价值", Money),
    ("residual_value_high", "residual value, upper bound", "剩余价值上限", Money),
    ("residual_value_low", "residual value, lower bound", "剩余价值下限", Money),
    ("residual_value_p05", "residual value, 5 % quantile", "剩余价值 5% 分位", Money),
    ("residual_value_p95", "residual value, 95 % quantile", "剩余价值 95% 分位", Money),
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
    ("salesperson", "salesperson", "销售人员", Text),
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
        // Of all purchases, where the trend takes refunds off.
        ("growth", "revenue") => ("money of purchases", "购买金额"),
        ("retention_value", "change") => ("change of residual value", "剩余价值变化"),
        ("retention_value", "change_share") => ("in percent", "变化率"),
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

/// How the cells of a column of a table are written.
pub(crate) fn kind_in(table: &str, name: &str) -> Option<Kind> {
    if (table, name) == ("retention_value", "change") { Some(Money) } else { kind(name) }
}

/// How the cells of a column are written, as far as its name tells.
pub(crate) fn kind(name: &str) -> Option<Kind> {
    find(name).map(|column| column.3)
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_name_may_be_another_thing_in_another_table() {
        assert_eq!(kind_in("retention_value", "change"), Some(Money));
        assert_eq!(kind_in("trend", "change"), Some(Percent));
        assert_ne!(heading_in("growth", "revenue", Language::English), heading("revenue", Language::English));
    }

    #[test]
    fn unknown_columns_keep_their_name() {
        assert_eq!(heading("made_up", Language::Chinese), "made up");
        assert_eq!(heading("name_zh", Language::Chinese), "名称");
    }
}
