//! Which column is what: named by the caller, or guessed from common names in English and Chinese.
//!
//! A guess is only made where exactly one column fits; two that fit are an error that names both, or a remark where the column
//! is optional.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// What a column means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Who bought.
    Customer,
    /// When.
    Time,
    /// For how much, in all.
    Amount,
    /// The order a row belongs to.
    Order,
    /// How many, to be multiplied by the unit price.
    Quantity,
    /// The price of one.
    UnitPrice,
    /// The currency's code or sign.
    Currency,
    /// The category of what was bought.
    Category,
    /// The category below that.
    Subcategory,
    /// What was bought.
    Product,
    /// How it was sold.
    Channel,
    /// Where.
    Region,
    /// Where the customer came from.
    Source,
    /// Who sold it.
    Salesperson,
    /// What the row cost, in all.
    Cost,
    /// What one piece cost, to be multiplied by the quantity.
    UnitCost,
    /// The money taken off in the row, in all; above zero.
    Discount,
}

impl Role {
    const ALL: [Self; 7] = [Self::Customer, Self::Time, Self::Amount, Self::Order, Self::Quantity, Self::UnitPrice, Self::Currency];

    /// The option that names the column.
    #[must_use]
    pub fn option(self) -> &'static str {
        match self {
            Self::Customer => "--customer",
            Self::Time => "--time",
            Self::Amount => "--amount",
            Self::Order => "--order",
            Self::Quantity => "--quantity",
            Self::UnitPrice => "--unit-price",
            Self::Currency => "--currency-column",
            Self::Category => "--category",
            Self::Subcategory => "--subcategory",
            Self::Product => "--product",
            Self::Channel => "--channel",
            Self::Region => "--region",
            Self::Source => "--source",
            Self::Salesperson => "--salesperson",
            Self::Cost => "--cost",
            Self::UnitCost => "--unit-cost",
            Self::Discount => "--discount-column",
        }
    }

    /// Names that mean this role, without case, spaces and punctuation: the sure ones first, then those that are only
    /// looked at when no sure one is there.
    fn known_names(self) -> [&'static [&'static str]; 2] {
        match self {
            Self::Customer => [
                &[
                    "customerid",
                    "customer",
                    "customerno",
                    "customernumber",
                    "customercode",
                    "custid",
                    "clientid",
                    "client",
                    "memberid",
                    "userid",
                    "buyerid",
                    "cid",
                    "客户",
                    "客户id",
                    "客户编号",
                    "客户号",
                    "客户代码",
                    "顾客",
                    "顾客id",
                    "顾客编号",
                    "会员",
                    "会员id",
                    "会员编号",
                    "会员号",
                    "会员卡号",
                    "用户",
                    "用户id",
                    "用户编号",
                    "买家",
                    "买家id",
                ],
                &[
                    "user",
                    "member",
                    "buyer",
                    "accountid",
                    "account",
                    "customername",
                    "clientname",
                    "email",
                    "phone",
                    "客户名称",
                    "客户姓名",
                    "客户名",
                    "顾客姓名",
                    "会员名",
                    "用户名",
                    "买家昵称",
                    "手机号",
                    "手机",
                    "手机号码",
                ],
            ],
            Self::Time => [
                &[
                    "orderdate",
                    "invoicedate",
                    "transactiondate",
                    "purchasedate",
                    "saledate",
                    "date",
                    "ts",
                    "timestamp",
                    "datetime",
                    "ordertime",
                    "transactiontime",
                    "purchasetime",
                    "time",
                    "日期",
                    "时间",
                    "订单日期",
                    "下单日期",
                    "下单时间",
                    "订单时间",
                    "交易日期",
                    "交易时间",
                    "购买日期",
                    "购买时间",
                    "消费日期",
                    "消费时间",
                    "销售日期",
                    "付款时间",
                    "支付时间",
                ],
                &["orderedat", "createdat", "created", "day", "createtime", "创建时间", "开单日期", "开票日期", "成交时间", "成交日期"],
            ],
            Self::Amount => [
                &[
                    "amount",
                    "revenue",
                    "totalamount",
                    "orderamount",
                    "sales",
                    "salesamount",
                    "netamount",
                    "monetary",
                    "total",
                    "ordertotal",
                    "金额",
                    "订单金额",
                    "销售额",
                    "销售金额",
                    "消费金额",
                    "交易金额",
                    "购买金额",
                    "实付金额",
                    "支付金额",
                    "总金额",
                    "成交金额",
                    "付款金额",
                ],
                &["value", "ordervalue", "spend", "grandtotal", "linetotal", "netsales", "turnover", "营业额", "总价", "合计", "实付"],
            ],
            Self::Order => [
                &[
                    "orderid",
                    "orderno",
                    "ordernumber",
                    "invoiceno",
                    "invoice",
                    "invoiceid",
                    "invoicenumber",
                    "transactionid",
                    "receiptid",
                    "receiptno",
                    "订单号",
                    "订单",
                    "订单id",
                    "订单编号",
                    "单号",
                    "交易号",
                    "流水号",
                    "发票号",
                    "小票号",
                ],
                &["order", "transaction", "receipt", "basketid", "单据号", "单据编号", "交易流水号"],
            ],
            Self::Quantity => [&["quantity", "qty", "数量", "购买数量", "销售数量"], &["units", "件数"]],
            Self::UnitPrice => [&["unitprice", "单价", "销售单价"], &["price", "价格"]],
            Self::Currency => [&["currency", "currencycode", "币种", "货币"], &["ccy", "货币代码"]],
            optional => optional.optional_names(),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Customer => "customer",
            Self::Time => "time",
            Self::Amount => "amount",
            Self::Order => "order",
            Self::Quantity => "quantity",
            Self::UnitPrice => "unit price",
            Self::Currency => "currency",
            Self::Category => "category",
            Self::Subcategory => "subcategory",
            Self::Product => "product",
            Self::Channel => "channel",
            Self::Region => "region",
            Self::Source => "source",
            Self::Salesperson => "salesperson",
            Self::Cost => "cost",
            Self::UnitCost => "unit cost",
            Self::Discount => "discount",
        })
    }
}

/// The columns that the caller named; the others are guessed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ColumnNames {
    /// Who bought.
    pub customer: Option<String>,
    /// When.
    pub time: Option<String>,
    /// For how much.
    pub amount: Option<String>,
    /// The order a row belongs to; the empty name means that there is none, whatever the columns are called.
    pub order: Option<String>,
    /// How many.
    pub quantity: Option<String>,
    /// The price of one.
    pub unit_price: Option<String>,
    /// The currency of the amount; the empty name means that there is none.
    pub currency: Option<String>,
    /// The category of what was bought; of this and the following the empty name means that there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// The category below that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subcategory: Option<String>,
    /// What was bought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// How it was sold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Where the customer came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Who sold it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub salesperson: Option<String>,
    /// What the row cost, in all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<String>,
    /// What one piece cost; goes with the quantity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit_cost: Option<String>,
    /// The money taken off in the row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub discount: Option<String>,
}

impl ColumnNames {
    /// These names, and those of `others` where a role has none. Amount and quantity × unit price go together.
    #[must_use]
    pub fn or(self, others: &Self) -> Self {
        let says_money = self.amount.is_some() || self.quantity.is_some() || self.unit_price.is_some();
        let money = |mine: Option<String>, theirs: &Option<String>| if says_money { mine } else { mine.or_else(|| theirs.clone()) };
        Self {
            customer: self.customer.or_else(|| others.customer.clone()),
            time: self.time.or_else(|| others.time.clone()),
            amount: money(self.amount, &others.amount),
            order: self.order.or_else(|| others.order.clone()),
            quantity: money(self.quantity, &others.quantity),
            unit_price: money(self.unit_price, &others.unit_price),
            currency: self.currency.or_else(|| others.currency.clone()),
            category: self.category.or_else(|| others.category.clone()),
            subcategory: self.subcategory.or_else(|| others.subcategory.clone()),
            product: self.product.or_else(|| others.product.clone()),
            channel: self.channel.or_else(|| others.channel.clone()),
            region: self.region.or_else(|| others.region.clone()),
            source: self.source.or_else(|| others.source.clone()),
            salesperson: self.salesperson.or_else(|| others.salesperson.clone()),
            cost: self.cost.or_else(|| others.cost.clone()),
            unit_cost: self.unit_cost.or_else(|| others.unit_cost.clone()),
            discount: self.discount.or_else(|| others.discount.clone()),
        }
    }

    pub(super) fn named(&self, role: Role) -> Option<&str> {
        match role {
            Role::Customer => &self.customer,
            Role::Time => &self.time,
            Role::Amount => &self.amount,
            Role::Order => &self.order,
            Role::Quantity => &self.quantity,
            Role::UnitPrice => &self.unit_price,
            Role::Currency => &self.currency,
            Role::Category => &self.category,
            Role::Subcategory => &self.subcategory,
            Role::Product => &self.product,
            Role::Channel => &self.channel,
            Role::Region => &self.region,
            Role::Source => &self.source,
            Role::Salesperson => &self.salesperson,
            Role::Cost => &self.cost,
            Role::UnitCost => &self.unit_cost,
            Role::Discount => &self.discount,
        }
        .as_deref()
    }
}

/// One column's part, as it was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// What it means.
    pub role: Role,
    /// Its name in the input.
    pub column: String,
    /// Whether it was guessed from its name.
    pub guessed: bool,
}

/// The decided columns.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignments(pub Vec<Assignment>);

impl Assignments {
    /// Decides what each of a table's columns means.
    pub(crate) fn decide(names: &ColumnNames, header: &[String]) -> Result<Self> {
        let mut decided = Self::default();
        let says_amount = names.amount.is_some();
        let says_product = names.quantity.is_some() || names.unit_price.is_some();
        if says_amount && says_product {
            return Err(Error::parameter("the amount is either a column of its own or quantity × unit price")
                .with_hint("drop --amount, or drop --quantity and --unit-price"));
        }
        for role in Role::ALL {
            let wanted = match role {
                Role::Amount => !says_product,
                Role::Quantity | Role::UnitPrice => says_product || decided.column(Role::Amount).is_none(),
                _ => true,
            };
            if !wanted {
                continue;
            }
            match names.named(role) {
                Some("") if matches!(role, Role::Order | Role::Currency) => {}
                Some(name) => {
                    if !header.iter().any(|column| column == name) {
                        return Err(Error::input(format!("there is no column for the {role}"))
                            .at_column(name)
                            .with_hint(format!("the columns are: {}", list(header))));
                    }
                    decided.0.push(Assignment { role, column: name.to_owned(), guessed: false });
                }
                None => {
                    if let Some(column) = guess(role, header)? {
                        decided.0.push(Assignment { role, column, guessed: true });
                    }
                }
            }
        }
        decided.complete(header)?;
        Ok(decided)
    }

    fn complete(&self, header: &[String]) -> Result<()> {
        let missing = |role: Role, hint: String| {
            Err(Error::input(format!("no column is known to hold the {role}"))
                .with_hint(format!("{hint}; the columns are: {}", list(header))))
        };
        for role in [Role::Customer, Role::Time] {
            if self.column(role).is_none() {
                return missing(role, format!("name it with {}", role.option()));
            }
        }
        if self.column(Role::Amount).is_none() && (self.column(Role::Quantity).is_none() || self.column(Role::UnitPrice).is_none()) {
            return missing(Role::Amount, "name it with --amount, or name --quantity and --unit-price".to_owned());
        }
        self.check_distinct()
    }

    /// No column has two parts.
    pub(super) fn check_distinct(&self) -> Result<()> {
        for (index, a) in self.0.iter().enumerate() {
            if let Some(b) = self.0[..index].iter().find(|b| b.column == a.column) {
                return Err(Error::parameter(format!("one column cannot be both {} and {}", b.role, a.role)).at_column(&a.column));
            }
        }
        Ok(())
    }

    /// The name of a role's column.
    #[must_use]
    pub fn column(&self, role: Role) -> Option<&str> {
        self.0.iter().find(|assignment| assignment.role == role).map(|assignment| assignment.column.as_str())
    }

    /// The columns as if they had been named. Roles without a column that a guess could find later are named as absent. Of the
    /// optional columns those that were named: another file may lack what was guessed in this one, and have what this one lacks.
    #[must_use]
    pub fn names(&self) -> ColumnNames {
        let name = |role| self.column(role).map(str::to_owned);
        let said = |role| self.0.iter().find(|one| one.role == role && !one.guessed).map(|one| one.column.clone());
        ColumnNames {
            customer: name(Role::Customer),
            time: name(Role::Time),
            amount: name(Role::Amount),
            order: Some(name(Role::Order).unwrap_or_default()),
            quantity: name(Role::Quantity),
            unit_price: name(Role::UnitPrice),
            currency: Some(name(Role::Currency).unwrap_or_default()),
            category: said(Role::Category),
            subcategory: said(Role::Subcategory),
            product: said(Role::Product),
            channel: said(Role::Channel),
            region: said(Role::Region),
            source: said(Role::Source),
            salesperson: said(Role::Salesperson),
            cost: said(Role::Cost),
            unit_cost: said(Role::UnitCost),
            discount: said(Role::Discount),
        }
    }

    /// The name of the column that decides the money.
    pub(crate) fn money_column(&self) -> &str {
        self.column(Role::Amount).or_else(|| self.column(Role::UnitPrice)).unwrap_or_default()
    }
}

/// The column with the customer of a list: the named one where the list has it, else a guess.
pub(crate) fn customer(names: &ColumnNames, header: &[String]) -> Result<String> {
    if let Some(name) = names.customer.as_ref().filter(|name| header.contains(name)) {
        return Ok(name.clone());
    }
    guess(Role::Customer, header)?.ok_or_else(|| {
        Error::input("no column is known to hold the customer")
            .with_hint(format!("call it `customer_id`, or as in the order log; the columns are: {}", list(header)))
    })
}

fn guess(role: Role, header: &[String]) -> Result<Option<String>> {
    match guess_among(role.known_names(), &header.iter().collect::<Vec<_>>()).as_slice() {
        [] => Ok(None),
        [column] => Ok(Some(column.clone())),
        several => Err(Error::input(format!("{} columns could be the {role}: {}", several.len(), list(several))).with_hint(format!(
            "say which with {} {}",
            role.option(),
            several[0]
        ))),
    }
}

/// The columns that have one of the sure names, or else one of the others.
pub(super) fn guess_among(known: [&[&str]; 2], header: &[&String]) -> Vec<String> {
    let found =
        known.map(|names| header.iter().filter(|column| names.contains(&plain(column).as_str())).map(|&column| column.clone()).collect());
    let [sure, other]: [Vec<String>; 2] = found;
    if sure.is_empty() { other } else { sure }
}

/// Lower case, without spaces and punctuation.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

pub(crate) fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{}`", crate::error::excerpt(name))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(header: &[&str], names: &ColumnNames) -> Result<Vec<(Role, String)>> {
        let header: Vec<String> = header.iter().map(|&name| name.to_owned()).collect();
        Ok(Assignments::decide(names, &header)?.0.into_iter().map(|a| (a.role, a.column)).collect())
    }

    #[test]
    fn common_names_are_known() {
        for header in [
            &["customer_id", "date", "cds", "amount", "master_id"][..],
            &["InvoiceNo", "StockCode", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID"],
            &["客户", "日期", "金额", "订单号"],
            &["客户编号", "下单时间", "数量", "单价"],
            &["Customer ID", "Order Date", "Sales"],
        ] {
            assert!(decide(header, &ColumnNames::default()).is_ok(), "{header:?}");
        }
    }

    #[test]
    fn an_amount_is_preferred_to_a_product() {
        let roles = decide(&["customer", "date", "amount", "quantity", "unit_price"], &ColumnNames::default()).expect("complete");
        assert_eq!(roles.iter().map(|(role, _)| *role).collect::<Vec<_>>(), [Role::Customer, Role::Time, Role::Amount]);
    }

    #[test]
    fn two_candidates_are_an_error_that_names_both() {
        let error = decide(&["customer_id", "client_id", "date", "amount"], &ColumnNames::default()).expect_err("ambiguous");
        assert!(error.to_string().contains("`customer_id`, `client_id`"), "{error}");
        let names = ColumnNames { customer: Some("client_id".into()), ..ColumnNames::default() };
        assert!(decide(&["customer_id", "client_id", "date", "amount"], &names).is_ok());
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = decide(&["customer", "date", "x"], &ColumnNames::default()).expect_err("no amount");
        assert!(error.to_string().contains("amount") && error.hint().is_some_and(|hint| hint.contains("`x`")));
        let names = ColumnNames { time: Some("when".into()), ..ColumnNames::default() };
        assert!(decide(&["customer", "date", "amount"], &names).is_err());
        let names = ColumnNames { order: Some("customer".into()), ..ColumnNames::default() };
        assert!(decide(&["customer", "date", "amount"], &names).is_err());
    }

    #[test]
    fn the_empty_name_turns_orders_off() {
        let names = ColumnNames { order: Some(String::new()), ..ColumnNames::default() };
        let roles = decide(&["customer", "date", "amount", "order_id"], &names).expect("complete");
        assert!(!roles.iter().any(|(role, _)| *role == Role::Order));
    }
}
