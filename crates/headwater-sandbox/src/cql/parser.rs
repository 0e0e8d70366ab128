//! The parser of queries: recursive descent, one function per rule of the grammar.

use super::ast::{Clause, Condition, Field, Function, Operand, Operator, Order, Query, RESERVED};
use super::error::CqlError;
use super::lexer::{Token, TokenKind, lex};

/// The greatest depth of nested brackets.
const MAX_DEPTH: usize = 50;

/// Parses a query.
pub(crate) fn parse(text: &str) -> Result<Query, CqlError> {
    let tokens = lex(text)?;
    let mut parser = Parser { text, tokens: &tokens, place: 0, depth: 0 };
    if parser.keyword("not") {
        return Err(CqlError::BeginsWithNot { text: text.to_owned() });
    }
    let condition = parser.alternatives()?;
    let order = if parser.take_keyword("order") { parser.order()? } else { Vec::new() };
    match parser.peek() {
        None => Ok(Query { condition, order }),
        Some(_) => Err(parser.expected("AND, OR, ORDER BY or the end")),
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: &'a [Token],
    place: usize,
    depth: usize,
}

impl Parser<'_> {
    fn alternatives(&mut self) -> Result<Condition, CqlError> {
        let mut parts = vec![self.conjunction()?];
        while self.take_keyword("or") {
            parts.push(self.conjunction()?);
        }
        Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Condition::Or(parts) })
    }

    fn conjunction(&mut self) -> Result<Condition, CqlError> {
        let mut parts = vec![self.factor()?];
        while self.take_keyword("and") {
            parts.push(self.factor()?);
        }
        Ok(if parts.len() == 1 { parts.swap_remove(0) } else { Condition::And(parts) })
    }

    fn factor(&mut self) -> Result<Condition, CqlError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.expected("fewer brackets"));
        }
        let condition = if self.take_keyword("not") {
            Condition::Not(Box::new(self.factor()?))
        } else if self.take(&TokenKind::Open) {
            let inner = self.alternatives()?;
            if !self.take(&TokenKind::Close) {
                return Err(self.expected("`)`"));
            }
            inner
        } else {
            Condition::Clause(self.clause()?)
        };
        self.depth -= 1;
        Ok(condition)
    }

    fn clause(&mut self) -> Result<Clause, CqlError> {
        let field = self.field()?;
        let operator = self.operator()?;
        let values = match operator {
            Operator::In | Operator::NotIn => self.list()?,
            _ => vec![self.operand()?],
        };
        Ok(Clause { field, operator, values })
    }

    fn field(&mut self) -> Result<Field, CqlError> {
        let Some(TokenKind::Word(word)) = self.peek().cloned() else { return Err(self.expected("a field")) };
        if RESERVED.contains(&word.to_ascii_lowercase().as_str()) {
            return Err(self.expected("a field"));
        }
        let field = Field::parse(&word).ok_or_else(|| unknown_field(&word))?;
        self.place += 1;
        Ok(field)
    }

    fn operator(&mut self) -> Result<Operator, CqlError> {
        if self.take_keyword("in") {
            return Ok(Operator::In);
        }
        if self.take_keyword("not") {
            return if self.take_keyword("in") { Ok(Operator::NotIn) } else { Err(self.expected("IN")) };
        }
        let Some(TokenKind::Operator(sign)) = self.peek().cloned() else {
            return Err(self.expected("an operator"));
        };
        self.place += 1;
        Operator::parse(sign).ok_or_else(|| self.expected("an operator"))
    }

    fn list(&mut self) -> Result<Vec<Operand>, CqlError> {
        if !self.take(&TokenKind::Open) {
            // A function that gives several values needs no brackets of its own.
            return match self.operand()? {
                function @ Operand::Function(..) => Ok(vec![function]),
                Operand::Text(_) => Err(self.expected("`(`")),
            };
        }
        let mut values = vec![self.operand()?];
        while self.take(&TokenKind::Comma) {
            values.push(self.operand()?);
        }
        if self.take(&TokenKind::Close) { Ok(values) } else { Err(self.expected("`,` or `)`")) }
    }

    fn operand(&mut self) -> Result<Operand, CqlError> {
        let value = match self.peek().cloned() {
            Some(TokenKind::Quoted(text)) => {
                self.place += 1;
                return Ok(Operand::Text(text));
            }
            Some(TokenKind::Word(word)) if !RESERVED.contains(&word.to_ascii_lowercase().as_str()) => word,
            _ => return Err(self.expected("a value")),
        };
        self.place += 1;
        if !self.take(&TokenKind::Open) {
            return Ok(Operand::Text(value));
        }
        let function = Function::parse(&value).ok_or(CqlError::UnknownFunction { name: value })?;
        let mut arguments = Vec::new();
        while let Some(TokenKind::Quoted(text) | TokenKind::Word(text)) = self.peek().cloned() {
            self.place += 1;
            arguments.push(text);
            if !self.take(&TokenKind::Comma) {
                break;
            }
        }
        if self.take(&TokenKind::Close) {
            Ok(Operand::Function(function, arguments))
        } else {
            Err(self.expected("`)`"))
        }
    }

    fn order(&mut self) -> Result<Vec<Order>, CqlError> {
        if !self.take_keyword("by") {
            return Err(self.expected("BY"));
        }
        let mut order = Vec::new();
        loop {
            let field = self.field()?;
            let descending = self.take_keyword("desc") || {
                self.take_keyword("asc");
                false
            };
            order.push(Order { field, descending });
            if !self.take(&TokenKind::Comma) {
                return Ok(order);
            }
        }
    }

    fn peek(&self) -> Option<&TokenKind> {
        self.tokens.get(self.place).map(|token| &token.kind)
    }

    fn take(&mut self, kind: &TokenKind) -> bool {
        let there = self.peek() == Some(kind);
        self.place += usize::from(there);
        there
    }

    fn keyword(&self, keyword: &str) -> bool {
        matches!(self.peek(), Some(TokenKind::Word(word)) if word.eq_ignore_ascii_case(keyword))
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let there = self.keyword(keyword);
        self.place += usize::from(there);
        there
    }

    fn expected(&self, expected: &'static str) -> CqlError {
        let end = self.text.chars().count();
        let offset = self.tokens.get(self.place).map_or(end, |token| token.offset);
        CqlError::Syntax { text: self.text.to_owned(), offset, expected }
    }
}

/// Returns the error for an unknown field. It offers the fields that begin with the same letter, or all of them
/// [live].
fn unknown_field(name: &str) -> CqlError {
    let first = name.chars().next().map(|letter| letter.to_ascii_lowercase());
    let offered = Field::ALL.iter().filter(|it| !it.is_of_people() && **it != Field::SpaceTitle);
    let all: Vec<&str> = offered.map(|field| field.as_str()).collect();
    let alike: Vec<&str> = all.iter().copied().filter(|it| it.chars().next() == first).collect();
    let near = if alike.is_empty() { all } else { alike };
    CqlError::UnknownField { name: name.to_owned(), near: near.join(", ") }
}
