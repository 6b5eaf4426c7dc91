//! What keys of this library are called where people read them.

use crate::options::Language;

/// Columns whose texts are keys of this library, not of the data.
const KEYED: [&str; 20] = [
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
    "model",
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
    ("average × retention", "average × retention", "平均值 × 留存率"),
    ("baseline", "baseline", "基线"),
    ("basic", "basic", "基础级"),
    ("classifier", "trained classifier", "训练分类器"),
    ("continuously_improved", "continuously improved", "持续改进级"),
    ("day", "day", "日"),
    ("days", "days", "天"),
    ("declining", "declining", "衰退期"),
    ("disordered", "disordered", "无序级"),
    ("dormant", "dormant", "休眠期"),
    ("first_order_only", "first order only", "仅首单"),
    ("frequency", "frequency", "频度"),
    ("frozen", "today's thresholds", "固定阈值"),
    ("gap_variation", "variation of gaps", "间隔波动"),
    ("growing", "growing", "成长期"),
    ("high", "high", "高"),
    ("intercept", "intercept", "截距"),
    ("k-means", "k-means", "K 均值"),
    ("large", "large", "大客户"),
    ("last_money", "last purchase against the usual", "末次金额对比平常"),
    ("lost", "lost", "已流失"),
    ("low", "low", "低"),
    ("mature", "mature", "成熟期"),
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
    ("naive rate", "naive rate", "历史频率"),
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
    ("robust", "robust", "稳健"),
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
    ("zero", "no purchases", "零购买"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_key_is_listed_once() {
        assert!(KEYS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(word("churn_class", "high", Language::Chinese), "高");
        assert_eq!(word("value", "high", Language::Chinese), "high", "texts of the data stay");
    }
}
