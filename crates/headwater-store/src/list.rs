//! Lists: how many records pass a filter, and one page of them.

use headwater_domain::page::{Listing, Page};
use headwater_ports::store::StoreError;

use crate::row::Row;
use crate::statement::Statement;
use crate::transaction::StoreTx;

/// The list of a table.
pub(crate) struct List {
    /// Completes "failed to".
    pub(crate) action: &'static str,
    /// The table.
    pub(crate) table: &'static str,
    /// What the list is sorted by; must tell all rows apart.
    pub(crate) order: &'static str,
}

impl List {
    /// One page of the rows that pass, and how many pass in all. `narrow` adds ` AND …` for each condition.
    pub(crate) async fn page<T>(
        &self,
        transaction: &mut StoreTx,
        page: Page,
        narrow: impl Fn(&mut Statement),
        read: fn(&Row) -> Result<T, StoreError>,
    ) -> Result<Listing<T>, StoreError> {
        let mut count = Statement::new(format!("SELECT count(*) AS total FROM {} WHERE true", self.table));
        narrow(&mut count);
        let mut rows = Statement::new(format!("SELECT * FROM {} WHERE true", self.table));
        narrow(&mut rows);
        rows.push(&format!(" ORDER BY {} LIMIT ", self.order)).push_bind(page.limit);
        rows.push(" OFFSET ").push_bind(page.offset);
        let total = transaction.count(self.action, count).await?;
        let rows = transaction.fetch_all(self.action, rows).await?;
        let items = rows.iter().map(read).collect::<Result<_, _>>()?;
        Ok(Listing { items, total: u32::try_from(total).unwrap_or(u32::MAX) })
    }
}

/// The text of a filter that narrows a list; the empty text does not. A text with a NUL narrows it to nothing: no stored
/// text has one, and PostgreSQL refuses to compare with it.
pub(crate) fn searchable<'t>(statement: &mut Statement, text: Option<&'t str>) -> Option<&'t str> {
    let text = text.filter(|text| !text.is_empty())?;
    if text.contains('\0') {
        statement.push(" AND false");
        return None;
    }
    Some(text)
}
