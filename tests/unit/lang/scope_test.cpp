// Scopes: what depends on the scope is evaluated for each, all else once; reads are recorded with the part that was
// looked at.
#include "kernel/lang/scope.hpp"

#include <gtest/gtest.h>

namespace fleetd::lang {
namespace {

// An evaluator with one shared cell, `host`, whose value is the scope's.
class ScopeTest : public ::testing::Test {
 protected:
  ScopeTest() : ev(sources, symbols), scope(ev) {
    host = ev.nativeThunk([](Evaluator&, void* self) { return static_cast<ScopeTest*>(self)->read(); }, this);
    host.thunk->value.spare = kAlways;
  }

  Value read() {
    scope.note(7, now);
    return now;
  }

  // The body of a function of `host`, applied to the cell: shared code that looks at the scope.
  Value shared(const std::string& body) {
    const Value fn = ev.evalText("«test»", "host: " + body, "/");
    EXPECT_FALSE(fn.isError());
    return ev.lazyCall(fn, {host}, 0);
  }

  void setHost(const std::string& text) { now = ev.evalText("«host»", text, "/"); }

  base::SymbolTable symbols;
  base::SourceMap sources;
  Evaluator ev;
  Scope scope;
  Value host, now;
};

TEST_F(ScopeTest, WhatReadsTheScopeIsEvaluatedForEach) {
  const Value v = shared("host.n + 1");
  ev.useScope(&scope);
  for (const std::int64_t n : {1, 5, 1}) {
    scope.begin();
    setHost("{ n = " + std::to_string(n) + "; }");
    const Scope::Pass pass(scope, nullptr);
    EXPECT_EQ(ev.force(v).integer, n + 1);
    EXPECT_EQ(ev.force(v).integer, n + 1);
  }
  ev.useScope(nullptr);
}

TEST_F(ScopeTest, WhatDoesNotIsEvaluatedOnce) {
  const Value v = shared("builtins.trace \"once\" 3");
  int traces = 0;
  ev.onTrace = [&](std::string_view) { ++traces; };
  ev.useScope(&scope);
  for (int i = 0; i < 3; ++i) {
    scope.begin();
    const Scope::Pass pass(scope, nullptr);
    EXPECT_EQ(ev.force(v).integer, 3);
  }
  ev.useScope(nullptr);
  EXPECT_EQ(traces, 1);
}

TEST_F(ScopeTest, ReadsHaveTheirPath) {
  const Value v = shared("host.a.b + host.a.c or 10 + (if host ? z then 1 else 0)");
  ev.useScope(&scope);
  scope.begin();
  setHost("{ a = { b = 1; }; }");
  std::vector<Read> reads;
  {
    const Scope::Pass pass(scope, &reads);
    EXPECT_EQ(ev.force(v).integer, 11);
  }
  ev.useScope(nullptr);
  ASSERT_EQ(reads.size(), 3u);
  for (const Read& read : reads) EXPECT_EQ(read.source, 7u);
}

TEST_F(ScopeTest, APassReadsAnew) {
  // What one pass evaluated, another must record by itself.
  const Value v = shared("host.n * 2");
  ev.useScope(&scope);
  scope.begin();
  setHost("{ n = 4; }");
  for (int i = 0; i < 2; ++i) {
    std::vector<Read> reads;
    const Scope::Pass pass(scope, &reads);
    EXPECT_EQ(ev.force(v).integer, 8);
    EXPECT_EQ(reads.size(), 1u) << i;
  }
  ev.useScope(nullptr);
}

TEST_F(ScopeTest, ACycleThroughTheScopeIsReported) {
  Value v;
  host = ev.nativeThunk(
      [](Evaluator&, void* self) {
        static_cast<Scope*>(self)->note();
        return Value::null();
      },
      &scope);
  v = shared("let x = x; in x");
  ev.useScope(&scope);
  scope.begin();
  const Value out = [&] {
    const Scope::Pass pass(scope, nullptr);
    return ev.force(v);
  }();
  ev.useScope(nullptr);
  ASSERT_TRUE(out.isError());
  EXPECT_EQ(out.error->kind, ErrorKind::InfiniteRecursion);
}

TEST_F(ScopeTest, ValuesOfTextsOutliveTheHost) {
  base::Arena other;
  ev.useArena(&other);
  const Value fn = ev.evalText("«part»", "{ x }: [ (x + 1) ]", "/");
  ev.useArena(&ev.ownArena());
  other.reset();
  static_cast<void>(other.array<std::uint64_t>(4096));  // somebody else's
  const Value made = ev.forceDeep(ev.call(fn, ev.attrs({{"x", Value::of(std::int64_t{1})}}), 0));
  ASSERT_TRUE(made.is(Tag::List));
  EXPECT_EQ(ev.force(made.list()[0]).integer, 2);
}

}  // namespace
}  // namespace fleetd::lang
