#include "kernel/bus/errors.hpp"

#include <gtest/gtest.h>

#include <set>

namespace fleetd::bus {
namespace {

TEST(Errors, SurviveARoundTrip) {
  const fleet::Error error{FLEET_E_SCHEMA, "HELLO01", "services.hello.port", "no such port", "take another", 0};
  const auto read = parseError(packError(error));
  EXPECT_EQ(read.status, error.status);
  EXPECT_EQ(read.code, error.code);
  EXPECT_EQ(read.path, error.path);
  EXPECT_EQ(read.message, error.message);
  EXPECT_EQ(read.hint, error.hint);
}

TEST(Errors, WhatCannotBeReadIsAnErrorToo) {
  for (const std::string bytes : {"", "\xc1", "\x81", "\x90", "\x81\xa6status\xa1x"}) {
    const auto read = parseError(bytes);
    EXPECT_LT(read.status, FLEET_OK);
    EXPECT_FALSE(read.message.empty());
  }
}

TEST(Errors, AStatusThatMeansSuccessBecomesAFailure) {
  EXPECT_EQ(parseError(packError({FLEET_OK, {}, {}, "well", {}, 0})).status, FLEET_E_UNKNOWN);
  EXPECT_EQ(parseError(packError({5, {}, {}, "well", {}, 0})).status, FLEET_E_UNKNOWN);
}

TEST(Errors, OfTheReaderKeepTheirPlace) {
  const auto error = fromReader(fleet::malformed("expected a string", "definitions.3.path"), "a fragment");
  EXPECT_EQ(error.code, Code::FL0310);
  EXPECT_EQ(error.message, "a fragment, at definitions.3.path: expected a string");
  EXPECT_EQ(fromReader(fleet::overLimit("too deep"), "a fragment").code, Code::FL0311);
}

TEST(Errors, EveryStatusHasItsOwnName) {
  std::set<std::string_view> names;
  for (fleet_status_t status = FLEET_E_EXCEPTION; status < FLEET_OK; ++status) names.insert(statusName(status));
  EXPECT_EQ(names.size(), 13u);
  EXPECT_EQ(statusName(-1000), statusName(FLEET_E_UNKNOWN));
}

}  // namespace
}  // namespace fleetd::bus
