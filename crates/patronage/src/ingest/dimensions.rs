//! The optional columns: what revenue can be broken down by, cost and discount.
//!
//! A file that could be read without them is not refused because of them: where two columns fit, none is taken, and a remark
//! names both and the option that says which. A column that has another part already is not looked at.

use super::columns::{Assignment, Assignments, ColumnNames, Role, guess_among, list};
use crate::error::{Error, Result};
use crate::ledger::Dimension;

/// The optional roles, in the order in which columns are given to them.
pub(super) const OPTIONAL: [Role; 10] = [
    Role::Category,
    Role::Subcategory,
    Role::Product,
    Role::Channel,
    Role::Region,
    Role::Source,
    Role::Salesperson,
    Role::Cost,
    Role::UnitCost,
    Role::Discount,
];

impl Role {
    /// The dimension that it is, if it is one.
    #[must_use]
    pub fn dimension(self) -> Option<Dimension> {
        Some(match self {
            Self::Category => Dimension::Category,
            Self::Subcategory => Dimension::Subcategory,
            Self::Product => Dimension::Product,
            Self::Channel => Dimension::Channel,
            Self::Region => Dimension::Region,
            Self::Source => Dimension::Source,
            Self::Salesperson => Dimension::Salesperson,
            _ => return None,
        })
    }

    /// Names that mean an optional role, as those of the others.
    pub(super) fn optional_names(self) -> [&'static [&'static str]; 2] {
        match self {
            Self::Category => [
                &[
                    "category",
                    "productcategory",
                    "itemcategory",
                    "品类",
                    "类别",
                    "产品类别",
                    "商品类别",
                    "产品品类",
                    "商品品类",
                    "产品分类",
                    "商品分类",
                ],
                &["department", "productline", "producttype", "分类", "大类", "产品线"],
            ],
            Self::Subcategory => {
                [&["subcategory", "productsubcategory", "子类别", "子品类", "子类", "二级品类", "二级类别"], &["class", "小类", "细分品类"]]
            }
            Self::Product => [
                &[
                    "product",
                    "productid",
                    "sku",
                    "stockcode",
                    "itemid",
                    "item",
                    "productcode",
                    "itemcode",
                    "产品",
                    "商品",
                    "产品编号",
                    "商品编号",
                    "产品id",
                    "商品id",
                ],
                &["productname", "itemname", "description", "产品名称", "商品名称", "品名"],
            ],
            Self::Channel => [
                &["channel", "saleschannel", "orderchannel", "purchasechannel", "渠道", "销售渠道", "购买渠道", "订单渠道"],
                &["platform", "storetype", "平台", "销售平台"],
            ],
            Self::Region => [
                &["region", "salesregion", "地区", "区域", "大区", "销售区域", "所属区域"],
                &["country", "province", "state", "省份", "省", "国家", "国家地区"],
            ],
            Self::Source => [
                &["source", "customersource", "leadsource", "trafficsource", "来源", "客户来源", "获客来源", "流量来源"],
                &["utmsource", "acquisitionsource", "referrer", "获客渠道"],
            ],
            Self::Salesperson => [
                &[
                    "salesperson",
                    "salesman",
                    "salesrep",
                    "salesrepresentative",
                    "销售员",
                    "业务员",
                    "销售人员",
                    "客户经理",
                    "销售代表",
                    "跟进人",
                ],
                &["seller", "accountmanager", "agent", "employee", "销售", "导购", "负责人"],
            ],
            Self::Cost => {
                [&["cost", "totalcost", "costamount", "cogs", "成本", "总成本", "成本金额"], &["costofgoods", "销售成本", "订单成本"]]
            }
            Self::UnitCost => [&["unitcost", "单位成本", "成本单价"], &["costprice", "成本价", "进价"]],
            Self::Discount => [
                &["discount", "discountamount", "totaldiscount", "折扣", "折扣金额", "优惠金额", "优惠"],
                &["discountvalue", "优惠额", "折让"],
            ],
            _ => [&[], &[]],
        }
    }
}

impl Assignments {
    /// The dimensions that have a column.
    pub(super) fn dimensions(&self) -> impl Iterator<Item = (Role, Dimension)> {
        self.0.iter().filter_map(|one| Some((one.role, one.role.dimension()?)))
    }

    /// Gives columns to the optional roles; says which roles were left without one because several columns fit.
    pub(super) fn decide_optional(&mut self, names: &ColumnNames, header: &[String]) -> Result<Vec<String>> {
        let mut notes = Vec::new();
        // What was named first, so that a guess does not take it.
        for role in OPTIONAL {
            let Some(name) = names.named(role).filter(|name| !name.is_empty()) else { continue };
            if !header.iter().any(|column| column == name) {
                return Err(Error::input(format!("there is no column for the {role}"))
                    .at_column(name)
                    .with_hint(format!("the columns are: {}", list(header))));
            }
            self.0.push(Assignment { role, column: name.to_owned(), guessed: false });
        }
        if self.column(Role::UnitCost).is_some() && self.column(Role::Quantity).is_none() {
            return Err(Error::parameter("a unit cost needs the quantity that it is multiplied by")
                .with_hint("name --quantity and --unit-price, or name a column of cost in total with --cost"));
        }
        if self.column(Role::UnitCost).is_some() && self.column(Role::Cost).is_some() {
            return Err(Error::parameter("the cost is either a column of its own or quantity × unit cost")
                .with_hint("drop --cost, or drop --unit-cost"));
        }
        for role in OPTIONAL {
            let wanted = match role {
                Role::Cost => self.column(Role::UnitCost).is_none(),
                Role::UnitCost => self.column(Role::Quantity).is_some() && self.column(Role::Cost).is_none(),
                _ => true,
            };
            if !wanted || names.named(role).is_some() {
                continue;
            }
            let free: Vec<&String> = header.iter().filter(|column| self.0.iter().all(|other| other.column != **column)).collect();
            match guess_among(role.optional_names(), &free).as_slice() {
                [] => {}
                [column] => self.0.push(Assignment { role, column: column.clone(), guessed: true }),
                several => notes.push(format!(
                    "{} columns could be the {role}: {}; none is taken, say which with {} {}",
                    several.len(),
                    list(several),
                    role.option(),
                    several[0]
                )),
            }
        }
        let place = |role: Role| OPTIONAL.iter().position(|other| *other == role);
        self.0.sort_by_key(|assignment| place(assignment.role));
        Ok(notes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(header: &[&str], names: &ColumnNames) -> Result<(Vec<String>, Vec<String>)> {
        let header: Vec<String> = header.iter().map(|&name| name.to_owned()).collect();
        let mut decided = Assignments::decide(names, &header)?;
        let notes = decided.decide_optional(names, &header)?;
        decided.check_distinct()?;
        let optional = decided.0.iter().filter(|one| OPTIONAL.contains(&one.role));
        Ok((optional.map(|one| format!("{} = {}", one.role, one.column)).collect(), notes))
    }

    #[test]
    fn common_names_are_known() {
        for (header, expected) in [
            (
                &["客户", "日期", "金额", "品类", "渠道", "地区", "客户来源", "业务员", "成本", "折扣金额"][..],
                &[
                    "category = 品类",
                    "channel = 渠道",
                    "region = 地区",
                    "source = 客户来源",
                    "salesperson = 业务员",
                    "cost = 成本",
                    "discount = 折扣金额",
                ][..],
            ),
            (
                &[
                    "Customer ID",
                    "Order Date",
                    "Sales",
                    "Category",
                    "Sub-Category",
                    "Product ID",
                    "Product Name",
                    "Region",
                    "State",
                    "Country",
                ],
                &["category = Category", "subcategory = Sub-Category", "product = Product ID", "region = Region"],
            ),
            (
                &["InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Unit Cost"],
                &["product = StockCode", "unit cost = Unit Cost"],
            ),
            // A unit cost without a quantity cannot be used.
            (&["customer", "date", "amount", "unit_cost"], &[]),
        ] {
            let (roles, notes) = decide(header, &ColumnNames::default()).expect("complete");
            assert_eq!((roles, notes), (expected.iter().map(|&text| text.to_owned()).collect(), Vec::<String>::new()));
        }
    }

    #[test]
    fn two_candidates_are_a_remark_and_no_column() {
        let header = ["customer", "date", "amount", "Region", "区域", "channel"];
        let (roles, notes) = decide(&header, &ColumnNames::default()).expect("complete");
        assert_eq!(roles, ["channel = channel"]);
        assert!(notes[0].contains("`Region`, `区域`") && notes[0].contains("--region"), "{notes:?}");
        let names = ColumnNames { region: Some("区域".into()), ..ColumnNames::default() };
        assert_eq!(decide(&header, &names).expect("complete"), (vec!["channel = channel".into(), "region = 区域".into()], vec![]));
        let names = ColumnNames { region: Some(String::new()), channel: Some(String::new()), ..ColumnNames::default() };
        assert_eq!(decide(&header, &names).expect("complete"), (vec![], vec![]));
    }

    #[test]
    fn no_column_has_two_parts() {
        let names = ColumnNames { customer: Some("source".into()), ..ColumnNames::default() };
        assert_eq!(decide(&["source", "date", "amount"], &names).expect("complete").0, Vec::<String>::new());
        let names = ColumnNames { source: Some("channel".into()), ..ColumnNames::default() };
        assert_eq!(decide(&["customer", "date", "amount", "channel"], &names).expect("complete").0, ["source = channel"]);
        let names = ColumnNames { source: Some("x".into()), channel: Some("x".into()), ..ColumnNames::default() };
        assert!(decide(&["customer", "date", "amount", "x"], &names).is_err());
    }

    #[test]
    fn what_does_not_go_together_is_refused() {
        let header = ["customer", "date", "amount", "quantity", "a", "b"];
        let names = ColumnNames { unit_cost: Some("a".into()), ..ColumnNames::default() };
        assert!(decide(&header, &names).is_err(), "the amount is a column, so no quantity is read");
        let header = ["customer", "date", "price", "quantity", "a", "b"];
        assert!(decide(&header, &names).is_ok());
        let names = ColumnNames { cost: Some("b".into()), ..names };
        assert!(decide(&header, &names).is_err());
        let names = ColumnNames { category: Some("nothing".into()), ..ColumnNames::default() };
        assert!(decide(&header, &names).is_err());
    }
}
