// Constants of functions: computed once where they may be, and never where they may not.
#include "kernel/lang/hoist.hpp"

#include <gtest/gtest.h>

#include "kernel/lang/evaluator.hpp"
#include "kernel/lang/scope.hpp"

namespace fleetd::lang {
namespace {

class Hoist : public ::testing::Test {
 protected:
  Hoist() : ev(sources, symbols) {}

  Value eval(const std::string& text) { return ev.evalText("«test»", text, "/"); }

  // Whether both elements of the list, which must be sets, are one set: it was made once.
  bool once(const std::string& text) {
    const Value list = eval(text);
    EXPECT_TRUE(list.is(Tag::List)) << text;
    if (!list.is(Tag::List) || list.aux != 2) return false;
    const Value a = ev.force(list.elements[0]), b = ev.force(list.elements[1]);
    EXPECT_TRUE(a.is(Tag::Attrs) && b.is(Tag::Attrs)) << text;
    return a.attrs == b.attrs;
  }

  base::SymbolTable symbols;
  base::SourceMap sources;
  Evaluator ev;
};

// `g` makes a set; the two elements come from two calls of `f`.
constexpr char kBefore[] = "let g = y: { v = y; }; f = ";
constexpr char kAfter[] = "; in [ (f 1).a (f 2).a ]";

std::string calls(std::string_view f) { return kBefore + std::string(f) + kAfter; }

TEST_F(Hoist, WhatLooksAtNoArgumentIsComputedOnce) {
  EXPECT_TRUE(once(calls("x: { a = g 1; }")));
  EXPECT_TRUE(once(calls("x: { a = let z = 3; in g z; b = x; }")));
  EXPECT_TRUE(
      once("let g = y: { v = y; }; f = { x, ... }: { a = g 1; b = x; }; in [ (f { x = 1; }).a (f { x = 2; }).a ]"));
  EXPECT_TRUE(once(calls("x: rec { a = g 1; b = a; }")));
  EXPECT_TRUE(once("with { g = y: { v = y; }; }; let f = x: { a = g 1; }; in [ (f 1).a (f 2).a ]"));
}

TEST_F(Hoist, WhatLooksAtOneIsNot) {
  EXPECT_FALSE(once(calls("x: { a = g x; }")));
  EXPECT_FALSE(once(calls("x: { a = let z = x; in g z; }")));
  EXPECT_FALSE(once(calls("x: let z = x; in { a = g z; }")));
  EXPECT_FALSE(once(calls("x: with { z = x; }; { a = g z; }")));
  EXPECT_FALSE(once(calls("x: rec { a = g b; b = x; }")));
  EXPECT_FALSE(once("let g = y: { v = y; }; f = { x, z ? x }: { a = g z; }; in [ (f { x = 1; }).a (f { x = 2; }).a ]"));
}

TEST_F(Hoist, ValuesAreThoseOfEachCall) {
  const Value v = eval(
      "let g = y: y * 2; outer = n: let f = x: { a = g n; b = g x; c = map (i: { p = g n; q = g i + g x; }) [ 1 2 ]; }; in "
      "[ (f 1) (f 2) ]; in builtins.toJSON [ (outer 10) (outer 20) ]");
  ASSERT_TRUE(v.is(Tag::String));
  EXPECT_EQ(
      v.string(),
      R"([[{"a":20,"b":2,"c":[{"p":20,"q":4},{"p":20,"q":6}]},{"a":20,"b":4,"c":[{"p":20,"q":6},{"p":20,"q":8}]}],)"
      R"([{"a":40,"b":2,"c":[{"p":40,"q":4},{"p":40,"q":6}]},{"a":40,"b":4,"c":[{"p":40,"q":6},{"p":40,"q":8}]}]])");
}

TEST_F(Hoist, AnInnerWithIsFoundThroughTheFramesBetween) {
  const Value v = eval(
      "with { k = n: n + 1; }; let f = a: with { w = a; }; x: [ (k 1) (let y = 5; in with { z = y; }; k z) (k w) (k x) ]; in "
      "builtins.toJSON [ (f 10 100) (f 20 200) ]");
  ASSERT_TRUE(v.is(Tag::String));
  EXPECT_EQ(v.string(), "[[2,6,11,101],[2,6,21,201]]");
}

TEST_F(Hoist, WhatPrintsPrintsForEachCall) {
  int said = 0;
  ev.onTrace = [&](std::string_view) { ++said; };
  eval("let f = x: { a = builtins.trace \"here\" 1; }; in builtins.toJSON [ (f 1) (f 2) ]");
  EXPECT_EQ(said, 2);
}

TEST_F(Hoist, AnErrorIsTheSameForEachCall) {
  const Value v = eval(
      "let f = x: { a = throw \"no\"; b = x; }; in builtins.toJSON [ (builtins.tryEval (f 1).a).success "
      "(builtins.tryEval (f 2).a).success (f 3).b ]");
  ASSERT_TRUE(v.is(Tag::String));
  EXPECT_EQ(v.string(), "[false,false,3]");
}

// The frame that keeps it is forgotten with the host, and so is what it keeps.
TEST_F(Hoist, WhatBelongsToAHostIsForgottenWithIt) {
  Scope scope(ev);
  const Value f = eval("let g = y: { v = y; }; in host: map (x: { a = g host; b = g 7; }) [ 1 2 ]");
  ASSERT_TRUE(f.isFunction());
  const void* shared = nullptr;
  ev.useScope(&scope);
  for (const std::int64_t n : {1, 2, 3}) {
    scope.begin();
    const Scope::Pass pass(scope, nullptr);
    const Value list = ev.call(f, Value::of(n), 0);
    ASSERT_TRUE(list.is(Tag::List));
    const auto member = [&](std::uint32_t i, std::string_view name) {
      return ev.force(ev.select(ev.force(list.elements[i]), ev.symbol(name), 0));
    };
    EXPECT_EQ(member(0, "a").attrs, member(1, "a").attrs);
    EXPECT_EQ(ev.select(member(0, "a"), ev.symbol("v"), 0).integer, n);
    if (shared) {
      EXPECT_EQ(member(1, "b").attrs, shared);
    }
    shared = member(0, "b").attrs;
    EXPECT_EQ(ev.select(member(0, "b"), ev.symbol("v"), 0).integer, 7);
  }
  ev.useScope(nullptr);
}

TEST_F(Hoist, DeepAndHighTreesStayAsTheyAre) {
  std::string text, end;
  for (int i = 0; i < 80; ++i) text += "(x" + std::to_string(i) + ": ", end += ") " + std::to_string(i);
  const Value deep = eval("let g = y: y; in builtins.head [ (" + text + "{ a = g x0; b = g x79; }.b" + end + ") ]");
  ASSERT_TRUE(deep.is(Tag::Int)) << ev.show(deep);
  EXPECT_EQ(deep.integer, 0);  // the innermost is applied first
  std::string sum = "1";
  for (int i = 0; i < 3000; ++i) sum += " + 1";
  EXPECT_EQ(eval("(x: " + sum + " + x) 1").integer, 3002);
}

}  // namespace
}  // namespace fleetd::lang
