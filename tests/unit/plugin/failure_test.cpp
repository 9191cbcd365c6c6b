#include "kernel/plugin/failure.hpp"

#include <gtest/gtest.h>

#include <cstring>

namespace fleetd::plugin {
namespace {

TEST(Failure, SaysWhoWhereWhatAndTheirCode) {
  const auto error = pluginError("plugin `x`", {FLEET_E_CONFLICT, "X01", "services.x", "two of them", "drop one", 0});
  EXPECT_EQ(error.code, Code::FL0308);
  EXPECT_EQ(error.message, "plugin `x`, at `services.x`: two of them [X01]");
  EXPECT_EQ(error.hint, "drop one");
}

TEST(Failure, WithoutWordsItSaysTheStatus) {
  const auto error = pluginError("plugin `x`", {FLEET_E_DENIED, {}, {}, {}, {}, 0});
  EXPECT_EQ(error.code, Code::FL0309);
  EXPECT_EQ(error.message, "plugin `x`: denied");
}

TEST(Failure, TheStatusDecidesTheCode) {
  const auto codeOf = [](fleet_status_t status, std::string code = {}) {
    return pluginError("p", {status, std::move(code), {}, "m", {}, 0}).code;
  };
  EXPECT_EQ(codeOf(FLEET_E_EXCEPTION), Code::FL0309);
  EXPECT_EQ(codeOf(FLEET_E_OUT_OF_MEMORY), Code::FL0309);
  EXPECT_EQ(codeOf(FLEET_E_UNSUPPORTED), Code::FL0318);
  EXPECT_EQ(codeOf(FLEET_E_LIMIT), Code::FL0311);
  EXPECT_EQ(codeOf(FLEET_E_CANCELLED), Code::FL0314);
  EXPECT_EQ(codeOf(FLEET_E_STATE), Code::FL0315);
  EXPECT_EQ(codeOf(FLEET_E_SCHEMA), Code::FL0308);
  EXPECT_EQ(codeOf(FLEET_E_SCHEMA, "FL0310"), Code::FL0310);
  EXPECT_EQ(codeOf(FLEET_E_SCHEMA, "FL0324"), Code::FL0324);
  EXPECT_EQ(codeOf(-12345), Code::FL0308);
}

TEST(Failure, TextsOfAPluginAreMadeHarmless) {
  CallError error;
  std::memset(error.c()->message, 'm', sizeof error.c()->message);  // no end
  std::strcpy(error.c()->code, "A\x1b[31mB");
  std::strcpy(error.c()->path, "\xff.x");
  const auto read = error.take(FLEET_E_SCHEMA);
  EXPECT_EQ(read.message, std::string(sizeof error.c()->message, 'm'));
  EXPECT_EQ(read.code.find('\x1b'), std::string::npos);
  EXPECT_EQ(read.path, "\uFFFD.x");
}

TEST(Failure, AStatusThatIsNoErrorBecomesOne) {
  EXPECT_EQ(CallError().take(17).status, FLEET_E_UNKNOWN);
  EXPECT_EQ(CallError().take(FLEET_E_DENIED).status, FLEET_E_DENIED);
}

}  // namespace
}  // namespace fleetd::plugin
