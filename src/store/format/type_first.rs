//! Reads `{"type":…}` in one go.
//!
//! serde's own way with tagged enums looks for the tag anywhere, and so keeps all the rest in memory until it has found
//! it, which was a quarter of the time that opening a state took. The tag comes first here, always.
//!
//! **Invariant:** it reads what `RecordForm`'s own `Serialize` writes; the round trip of every record proves it.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::{BorrowedStrDeserializer, EnumAccessDeserializer, MapAccessDeserializer};
use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, VariantAccess, Visitor};

use super::record::{ReasonForm, RecordForm};
use super::terms::{ApprovedForm, TermsForm};
use super::values::{AttemptForm, EvidenceForm, FateForm, MomentForm, PlacedForm, SpecForm};

/// The shape of [`RecordForm`], as serde names variants where there is no tag; the compiler compares the two.
#[derive(Deserialize)]
#[serde(
    remote = "RecordForm",
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
enum Shape {
    Genesis {
        format_version: String,
        lineage: String,
        tool: String,
    },
    Bound {
        endpoint: String,
    },
    Rebuilt {
        at: MomentForm,
    },
    Opened {
        by: String,
        command: String,
        tool: String,
        #[serde(default)]
        approved: Option<ApprovedForm>,
    },
    Allowed {
        by: String,
        rule: String,
        keeper: String,
        reason: String,
        limit: String,
        value: String,
    },
    Intended {
        name: String,
        attempt: Box<AttemptForm>,
    },
    Sending {
        name: String,
        at: MomentForm,
    },
    SendEnded {
        name: String,
        at: MomentForm,
        fate: FateForm,
    },
    Created {
        name: String,
        order: PlacedForm,
        evidence: EvidenceForm,
    },
    NotOrdered {
        name: String,
        reason: ReasonForm,
    },
    Adopted {
        name: String,
        spec: Box<SpecForm>,
        order: PlacedForm,
    },
    SubscriptionsKnown {
        name: String,
        subscription_ids: Vec<Option<String>>,
    },
    TermsKnown {
        name: String,
        terms: Vec<TermsForm>,
    },
    Moved {
        from: String,
        to: String,
    },
    Forgotten {
        name: String,
    },
}

impl<'de> Deserialize<'de> for RecordForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TypeFirst)
    }
}

struct TypeFirst;

impl<'de> Visitor<'de> for TypeFirst {
    type Value = RecordForm;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a record that begins with its `type`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RecordForm, A::Error> {
        if map.next_key::<&str>()? != Some("type") {
            return Err(A::Error::custom("a record begins with its `type`"));
        }
        let tag = map.next_value()?;
        Shape::deserialize(EnumAccessDeserializer::new(Tagged { tag, map }))
    }
}

struct Tagged<'de, A> {
    tag: &'de str,
    map: A,
}

impl<'de, A: MapAccess<'de>> EnumAccess<'de> for Tagged<'de, A> {
    type Error = A::Error;
    type Variant = Rest<'de, A>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), A::Error> {
        let variant = seed.deserialize(BorrowedStrDeserializer::new(self.tag))?;
        Ok((variant, Rest(self.map, PhantomData)))
    }
}

/// What follows the tag.
struct Rest<'de, A>(A, PhantomData<&'de ()>);

impl<'de, A: MapAccess<'de>> VariantAccess<'de> for Rest<'de, A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        Err(A::Error::custom("every record has properties"))
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        seed.deserialize(MapAccessDeserializer::new(self.0))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, A::Error> {
        Err(A::Error::custom("a record is no list"))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        visitor.visit_map(self.0)
    }
}
