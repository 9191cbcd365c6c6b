#include "kernel/base/diagnostic_order.hpp"

#include <string>

#include <gtest/gtest.h>

#include "tests/unit/base/diagnostic_helpers.hpp"

namespace fleetd::base {
namespace {

class Order : public DiagnosticTest {};

TEST_F(Order, AFindingAboutManyHostsIsOne) {
  const SourceFile* file = *sources_.add("/repo/a.nix", "one two\n");
  std::vector<Diagnostic> found;
  for (const char* host : {"a", "b", "c"}) {
    Diagnostic d = diagnostic(at(*file, "one"));
    d.host = host;
    found.push_back(d);
    d.notes = {host == std::string("b") ? "another reason" : "a reason"};
    found.push_back(d);
  }
  found.push_back(diagnostic(at(*file, "two")));
  found.push_back(diagnostic(at(*file, "two")));  // about no host: sorted() is what drops equal ones
  const auto once = oncePerFinding(found);
  ASSERT_EQ(once.size(), 5u);
  EXPECT_EQ(once[0].notes, (std::vector<std::string>{"on hosts a, b and c"}));
  EXPECT_EQ(once[0].host, "");
  EXPECT_EQ(once[1].notes, (std::vector<std::string>{"a reason", "on hosts a and c"}));
  EXPECT_EQ(once[2].host, "b");
  EXPECT_EQ(once[2].notes, (std::vector<std::string>{"another reason"}));
  found.clear();
  for (int i = 0; i < 40; ++i) {
    found.push_back(diagnostic(at(*file, "one")));
    found.back().host = "h" + std::to_string(i);
  }
  EXPECT_EQ(oncePerFinding(found).front().notes.front(), "on hosts h0, h1, h2, h3, h4, h5, h6, h7 and 32 more");
}

TEST_F(Order, WhatTheFleetWasToldOfIsNotSaidOfItsHosts) {
  const SourceFile* file = *sources_.add("/repo/a.nix", "one two\n");
  std::vector<Diagnostic> found = {diagnostic(at(*file, "one")), diagnostic(at(*file, "one")),
                                   diagnostic(at(*file, "two")), diagnostic({}), diagnostic({})};
  found[0].notes = {"in the settings of machine a"};
  found[1].host = found[2].host = found[4].host = "a";
  const auto once = oncePerFinding(found);
  ASSERT_EQ(once.size(), 4u);
  EXPECT_EQ(once[0].host, "");
  EXPECT_EQ(once[1].host, "a");  // at another place
  EXPECT_EQ(once[3].host, "a");  // without a place nobody knows whether it is the same
}

TEST_F(Order, OrderDoesNotDependOnLoading) {
  const SourceFile* z = *sources_.add("z.nix", "z1\nz2\n");
  const SourceFile* a = *sources_.add("a.nix", "a1\n");
  Diagnostic nowhere = diagnostic({});
  const std::vector<Diagnostic> given = {diagnostic(at(*z, "z2")), diagnostic(at(*a, "a1")), diagnostic(at(*z, "z1")),
                                         nowhere, diagnostic(at(*a, "a1"))};
  std::string order;
  for (const Diagnostic& d : inSourceOrder(given, sources_)) order += sources_.describe(d.span.begin) + " ";
  EXPECT_EQ(order, " a.nix:1:1 z.nix:1:1 z.nix:2:1 ");
}

}  // namespace
}  // namespace fleetd::base
