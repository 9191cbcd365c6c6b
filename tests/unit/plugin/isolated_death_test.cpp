#include "kernel/plugin/isolated_death.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include "kernel/process/confine.hpp"

namespace fleetd::plugin {
namespace {

Death dead(int code, int signal = 0) {
  Death out;
  out.greeted = true;
  out.status.code = code;
  out.status.signal = signal;
  out.memory = 512u << 20;
  return out;
}

TEST(IsolatedDeath, NamesPluginSignalCallAndOutput) {
  Death death = dead(0, SIGSEGV);
  death.output = {"first", "second"};
  const auto error = describeDeath("org.x", death, "fleet.contribute/1");
  EXPECT_EQ(error.code, Code::FL0327);
  EXPECT_EQ(error.message,
            "plugin `org.x` ended during fleet.contribute/1: killed by SIGSEGV (Segmentation fault); its last output:\n"
            "  first\n  second");
  EXPECT_FALSE(error.hint.empty());
  EXPECT_NE(describeDeath("org.x", dead(3), {}).message.find("between two calls: exit status 3"), std::string::npos);
}

TEST(IsolatedDeath, ASandboxHandsSignalsOn) {
  Death death = dead(128 + SIGABRT);
  const auto said = [&] { return describeDeath("x", death, {}).message; };
  EXPECT_NE(said().find("exit status 134"), std::string::npos);  // without a sandbox that is what it was
  death.sandboxed = true;
  EXPECT_NE(said().find("SIGABRT"), std::string::npos);
  death.status.code = 255;
  EXPECT_NE(said().find("exit status 255"), std::string::npos);
}

TEST(IsolatedDeath, EachCauseHasItsCode) {
  Death late = dead(0, SIGKILL);
  late.cause = Cause::deadline;
  EXPECT_EQ(describeDeath("x", late, "t/1").code, Code::FL0329);
  EXPECT_EQ(describeDeath("x", late, "t/1").message,
            "plugin `x` did not answer t/1 in time; its process ended: killed by SIGKILL (Killed)");
  late.greeted = false;
  EXPECT_NE(describeDeath("x", late, {}).message.find("did not start in time"), std::string::npos);
  Death rude = dead(0, SIGKILL);
  rude.cause = Cause::conduct;
  rude.said = {Code::FL0330, "plugin `x` floods", "", {}};
  EXPECT_EQ(describeDeath("x", rude, "t/1").code, Code::FL0330);
  EXPECT_EQ(describeDeath("x", rude, "t/1").message,
            "plugin `x` floods; its process ended: killed by SIGKILL (Killed)");
  const auto hungry = describeDeath("x", dead(process::kMemoryExit), "t/1");
  EXPECT_EQ(hungry.code, Code::FL0332);
  EXPECT_NE(hungry.message.find("512 MiB"), std::string::npos);
}

TEST(IsolatedDeath, ASandboxThatCannotBeMadeIsNoFaultOfThePlugin) {
  Death death = dead(1);
  death.greeted = false;
  death.sandboxed = true;
  death.output = {"bwrap: No permissions to create a new namespace"};
  auto error = describeDeath("x", death, {});
  EXPECT_EQ(error.code, Code::FL0328);
  EXPECT_NE(error.message.find("No permissions"), std::string::npos);
  EXPECT_NE(error.hint.find("--isolate=unsandboxed"), std::string::npos);
  death.greeted = true;  // words of the plugin
  EXPECT_EQ(describeDeath("x", death, {}).code, Code::FL0327);
  Death none;
  none.cannotStart = "cannot start `y`: no";
  EXPECT_EQ(describeDeath("x", none, {}).code, Code::FL0328);
}

TEST(IsolatedDeath, EndsPlugin) {
  for (const Code code :
       {Code::FL0327, Code::FL0328, Code::FL0329, Code::FL0330, Code::FL0331, Code::FL0332, Code::FL0336})
    EXPECT_TRUE(endsPlugin(code));
  EXPECT_FALSE(endsPlugin(Code::FL0326));
  EXPECT_FALSE(endsPlugin(Code::FL0338));
}

}  // namespace
}  // namespace fleetd::plugin
