//! Every word of a report whose meaning is a setting, with the setting of the book.

use serde_json::Value;

use crate::columns;
use crate::view::View;

/// Words and their meanings, in the order in which a reader meets them.
pub(super) fn definitions(view: &View<'_>) -> Vec<(String, String)> {
    let manifest = view.book.manifest();
    let settings = serde_json::to_value(manifest).unwrap_or_default();
    let mut all = List { view, settings, all: Vec::new() };
    all.orders();
    if manifest.analyses.rfm.is_some() {
        all.segments();
    }
    if manifest.analyses.abc.is_some() {
        all.concentration();
    }
    if manifest.analyses.xyz.is_some() {
        all.demand();
    }
    if manifest.analyses.clv.is_some() {
        all.value();
    }
    if manifest.analyses.churn.is_some() {
        all.churn();
    }
    if manifest.analyses.lifecycle.is_some() {
        all.stages();
    }
    if manifest.analyses.clusters.is_some() {
        all.clusters();
    }
    if manifest.analyses.over_time.is_some() {
        all.over_time();
    }
    let below = view.options.fewest_shown();
    if below > 0 {
        all.add(
            ("Hidden numbers", "隐藏的数字"),
            format!("Groups of fewer than {below} customers are not shown; nor are larger ones by which they could be worked out."),
            format!("客户数少于 {below} 的组不予显示；可据以反推其数值的其他组也不显示。"),
        );
    }
    all.all
}

struct List<'a> {
    view: &'a View<'a>,
    settings: Value,
    all: Vec<(String, String)>,
}

impl List<'_> {
    fn add(&mut self, word: (&str, &str), english: String, chinese: String) {
        self.all.push((self.view.say(word.0, word.1), self.view.language().pick(english, chinese)));
    }

    fn fixed(&mut self, word: (&str, &str), english: &str, chinese: &str) {
        self.add(word, english.to_owned(), chinese.to_owned());
    }

    /// A setting as text, by its path in the manifest.
    fn setting(&self, path: &str) -> String {
        let value = self.settings.pointer(path);
        value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).unwrap_or_default()
    }

    /// A setting as a number.
    fn number(&self, path: &str) -> f64 {
        self.settings.pointer(path).and_then(Value::as_f64).unwrap_or_default()
    }

    /// A share that is a setting.
    fn percent(&self, path: &str) -> String {
        let share = self.number(path) * 100.0;
        self.view.numbers.number(share) + self.view.language().pick("\u{a0}%", "%")
    }

    fn orders(&mut self) {
        let as_of = self.view.book.manifest().as_of;
        self.fixed(
            ("Order", "订单"),
            "The rows of one customer that share an order id; without such a column each row is an order. It belongs to the day of its earliest row.",
            "同一客户具有相同订单号的行；无订单号时每行为一笔订单。归属其最早一行所在日。",
        );
        self.fixed(
            ("Refund", "退款"),
            "An order with the cancel prefix or a negative total. It is no purchase, and its money is taken off revenue.",
            "带取消前缀或合计为负的订单。不计为购买，其金额从收入中扣除。",
        );
        self.add(
            ("Recency", "近度"),
            format!("Whole days from the last purchase to {as_of}."),
            format!("从最近一次购买到 {as_of} 的整天数。"),
        );
        let (periods, grain) = (self.setting("/customers/frequency") == "periods", self.setting("/customers/grain"));
        let unit = columns::word("grain", &grain, self.view.language());
        self.add(
            ("Frequency", "频度"),
            if periods {
                format!("Number of periods with a purchase; the period is the {unit}.")
            } else {
                "Number of purchase orders.".to_owned()
            },
            if periods { format!("有购买的期数，以{unit}为期。") } else { "购买订单数。".to_owned() },
        );
        self.fixed(("Revenue", "收入"), "Money of all orders, refunds taken off.", "全部订单金额，扣除退款。");
    }

    fn segments(&mut self) {
        let (scoring, map, bins) =
            (self.setting("/analyses/rfm/scoring"), self.setting("/analyses/rfm/map/name"), self.setting("/analyses/rfm/bins"));
        self.add(
            ("Scores and segments", "得分与分群"),
            format!("Scoring “{scoring}” with {bins} scores an axis; segments by the map “{map}”. The thresholds stand in the section on recency, frequency and money, the rules are in the table of rules."),
            format!("评分方式“{scoring}”，每项 {bins} 档；分群规则“{map}”。阈值见 RFM 一节，规则见规则表。"),
        );
    }

    fn concentration(&mut self) {
        // Limits are millionths of the revenue.
        let cut = |place: usize| self.view.numbers.number(self.number(&format!("/analyses/abc/classes/plan/cuts/{place}")) / 1e4);
        let (a, b, boundary) = (cut(0), cut(1), self.setting("/analyses/abc/classes/plan/boundary").replace('_', "-"));
        self.add(
            ("ABC", "ABC 分类"),
            format!("Customers by falling revenue: A up to {a} % of it, B up to {b} %, C the rest, N without revenue; who stands on a limit goes by the rule “{boundary}”."),
            format!("按金额降序累计：A 至 {a}%，B 至 {b}%，其余为 C，无收入为 N；边界规则“{boundary}”。"),
        );
        self.fixed(
            ("Gini coefficient", "基尼系数"),
            "Twice the area between the Lorenz curve and the dashed line: 0 where all bring the same, 1 where one brings all.",
            "洛伦兹曲线与对角线之间面积的两倍：0 为完全平均，1 为集中于一人。",
        );
    }

    fn demand(&mut self) {
        let limit = |place: usize| self.view.numbers.number(self.number(&format!("/analyses/xyz/model/limits/{place}")));
        let (x, y, period) = (limit(0), limit(1), columns::word("grain", &self.setting("/analyses/xyz/period"), self.view.language()));
        self.add(
            ("XYZ", "XYZ 分类"),
            format!("Coefficient of variation of the customer's demand by {period}: X up to {x}, Y up to {y}, Z above."),
            format!("客户按{period}需求的变异系数：X 不超过 {x}，Y 不超过 {y}，其余为 Z。"),
        );
    }

    fn value(&mut self) {
        let (as_of, days) = (self.view.book.manifest().as_of, self.view.numbers.number(self.number("/analyses/clv/terms/horizon_days")));
        let (discount, margin) =
            (self.percent("/analyses/clv/terms/annual_discount"), self.view.numbers.number(self.number("/analyses/clv/terms/margin")));
        self.add(
            ("Residual value", "剩余价值"),
            format!("Expected purchases of the {days} days after {as_of}, discounted by {discount} a year, times expected spend per purchase, times a margin of {margin}. It leaves out what a customer has already brought."),
            format!("{as_of} 之后 {days} 天内的预期购买（年折现率 {discount}）乘以预期单次消费再乘以毛利系数 {margin}。不含客户已贡献的部分。"),
        );
        self.fixed(
            ("Purchase, in forecasts", "购买（预测中）"),
            "A period with at least one order: the models take the orders of one period, usually a day, as one purchase, so there may be fewer purchases than orders and more money in each.",
            "至少有一笔订单的一期：模型将同一期（通常为一天）的订单视为一次购买，因此购买次数可能少于订单数，单次金额可能高于每单金额。",
        );
        self.fixed(
            ("Still a customer", "存活概率"),
            "Probability that the customer has not left for good, given how often it bought and how long it has been silent.",
            "根据购买频率与沉默时长，客户尚未永久离开的概率。",
        );
        self.fixed(
            ("Forecast grade", "预测评级"),
            "On the hold-out. A: better than every baseline that needs no model, and the total off by at most 15 %. B: better than every baseline. C: not better than all.",
            "基于留出期。A：优于所有无模型基线且总量误差不超过 15%；B：优于所有基线；C：未能优于所有基线。",
        );
    }

    fn churn(&mut self) {
        let plan = "/analyses/churn/model/plan";
        let (days, quantile) =
            (self.view.numbers.number(self.number(&format!("{plan}/horizon_days"))), self.percent(&format!("{plan}/quantile")));
        let (low, high) = (self.percent(&format!("{plan}/classes/0")), self.percent(&format!("{plan}/classes/1")));
        let chosen = self.setting("/analyses/churn/model/chosen/method");
        let method = columns::word("method", &chosen, self.view.language());
        if !chosen.is_empty() {
            self.add(
                ("Churn probability", "流失概率"),
                format!("Probability of no purchase within {days} days, by the method that told best on the last {days} ({method}). Low up to {low}, high above {high}."),
                format!("{days} 天内不再购买的概率，采用在最近 {days} 天上表现最好的方法（{method}）。不超过 {low} 为低，超过 {high} 为高。"),
            );
        }
        self.add(
            ("Overdue ratio", "逾期比"),
            format!("Days since the last purchase over the customer's own limit: the gap that {quantile} of its gaps stay below, drawn towards that of all customers where it has few."),
            format!("距上次购买天数与客户自身上限之比：上限为其 {quantile} 的购买间隔所不超过的天数，间隔较少时向全体客户收缩。"),
        );
        self.fixed(
            ("Value at risk", "风险价值"),
            "Churn probability times residual value: what may be lost, not what will be.",
            "流失概率乘以剩余价值：可能损失，而非必然损失。",
        );
        self.fixed(
            ("By plain averages", "按简单平均"),
            "For comparison, without a model: a customer's purchases of the last 365 days times the retention rate, the share of the customers known one churn horizon ago who have bought since.",
            "不用模型的对照值：客户最近 365 天的购买金额乘以留存率，即一个流失预测期之前的已有客户中此后有购买者的占比。",
        );
    }

    fn stages(&mut self) {
        let (dormant, lost) = (self.setting("/analyses/lifecycle/dormant_after"), self.setting("/analyses/lifecycle/lost_after"));
        self.add(
            ("Stages of the life cycle", "生命周期阶段"),
            format!(
                "Dormant after {dormant} days without a purchase, lost after {lost}; every rule stands beside its stage under Segments."
            ),
            format!("{dormant} 天未购买为休眠，{lost} 天未购买为流失；各阶段规则见“客户分群”一节。"),
        );
    }

    fn clusters(&mut self) {
        let params = "/analyses/clusters/model/params";
        let language = self.view.language();
        let features = self.settings.pointer(&format!("{params}/features")).and_then(Value::as_array).cloned().unwrap_or_default();
        let features: Vec<String> =
            features.iter().filter_map(Value::as_str).map(|feature| columns::word("feature", feature, language)).collect();
        let method = columns::word("method", &self.setting(&format!("{params}/method")).replace("k_means", "k-means"), language);
        let (scaling, seed) = (self.setting(&format!("{params}/scaling")), self.setting(&format!("{params}/seed")));
        let mixture = self.setting(&format!("{params}/method")) == "mixture";
        let (criterion, criterion_zh) = match self.setting(&format!("{params}/criterion")).as_str() {
            "silhouette" => ("silhouette", "轮廓系数"),
            "bic" => ("Bayesian information criterion", "贝叶斯信息准则"),
            "gap" => ("gap statistic", "间隔统计量"),
            _ if mixture => ("Bayesian information criterion", "贝叶斯信息准则"),
            _ => ("gap statistic", "间隔统计量"),
        };
        let (logarithm, logarithm_zh) =
            if self.setting(&format!("{params}/logarithm")) == "true" { (" in logarithms", "（取对数）") } else { ("", "") };
        self.add(
            ("Clusters", "聚类"),
            format!(
                "{method} on {}{logarithm}, scaling “{scaling}”; their number by the {criterion}, with seed {seed}.",
                features.join(", ")
            ),
            format!(
                "{method}，特征为{}{logarithm_zh}，缩放“{scaling}”；聚类数由{criterion_zh}确定，随机种子 {seed}。",
                features.join("、")
            ),
        );
    }

    fn over_time(&mut self) {
        let language = self.view.language();
        let grain = columns::word("grain", &self.setting("/analyses/over_time/grain"), language);
        let cohort = columns::word("grain", &self.setting("/analyses/over_time/cohort_grain"), language);
        self.add(
            ("Periods", "期间"),
            format!("Growth and trend by {grain}, cohorts by {cohort}. New: first purchase in the period; retained: bought in the period before as well; reactivated: bought earlier, but not in the period before; churned: bought in the period before, not in this one."),
            format!("增长与趋势按{grain}，同期群按{cohort}。新增：当期首购；留存：上期也购买；唤回：曾购买但上期未购买；流失：上期购买而当期未购买。"),
        );
        self.fixed(
            ("Segment before, in this segment since", "先前分群、现分群起始"),
            "The past seen with today's thresholds, at the ends of periods: it may differ from what a book of that time said.",
            "以当前阈值回看各期末：可能与当时的报告不同。",
        );
        self.fixed(
            ("Quick ratio", "速动比"),
            "(new + reactivated) / churned of a period. Above 1 the number of active customers grows.",
            "（新增 + 唤回）/ 流失。大于 1 时活跃客户数增长。",
        );
    }
}
