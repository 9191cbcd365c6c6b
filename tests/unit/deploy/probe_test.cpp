// What hosts say: read when it makes sense, passed over when it does not.
#include "kernel/deploy/probe.hpp"

#include <gtest/gtest.h>

namespace fleetd::deploy {
namespace {

constexpr char kSystem[] = "/nix/store/3s8lxwdz1b903ic89sdkhn4rni7icdsx-nixos-system-web-1";

TEST(Probe, EverythingAHostSays) {
  const Probe probe = readProbe(
      std::string("kernel Linux\nmachine x86_64\nsystem ") + kSystem + "\nbooted " + kSystem + "\nprofile " + kSystem +
      "\ntrial " + kSystem +
      "2\nboot 8b5e 33\x1b[2J\ngeneration 12\nnix-store /run/current-system/sw/bin/nix-store\nuser root\nnow 1790000000\nreboot kernel\n"
      "failed b.service\nfailed a.service\ndisk / 71\ndisk /nix 93\nactivation x 5 DONE\nactivation y 9 RETURNED nobody\n"
      "activation z 7 DONE\n");
  EXPECT_EQ(probe.system, kSystem);
  EXPECT_EQ(probe.profile, kSystem);
  EXPECT_EQ(probe.trial, std::string(kSystem) + "2");
  EXPECT_EQ(probe.generation, "12");
  EXPECT_EQ(probe.boot.substr(0, 7), "8b5e 33");
  EXPECT_EQ(probe.boot.find('\x1b'), std::string::npos);
  EXPECT_EQ(probe.kernel, "Linux");
  EXPECT_EQ(probe.nixStore, "/run/current-system/sw/bin/nix-store");
  EXPECT_EQ(probe.now, 1790000000);
  EXPECT_EQ(probe.reboot, "kernel");
  EXPECT_EQ(probe.failedUnits, (std::vector<std::string>{"a.service", "b.service"}));
  EXPECT_EQ(probe.diskUsed.at("/nix"), 93);
  EXPECT_EQ(probe.lastActivation, "RETURNED nobody");
}

TEST(Probe, NonsenseIsDropped) {
  const Probe probe = readProbe(
      "system /etc/passwd\nbooted ../x\nprofile /nix/store/short-x\ngeneration many\nnow soon\ndisk / 900\ndisk\nnix-store nix-store\n"
      "nix-store /a?b=c\nactivation\nactivation x\nactivation x y z\n\n \nsystem\n");
  EXPECT_TRUE(probe.system.empty());
  EXPECT_TRUE(probe.booted.empty());
  EXPECT_TRUE(probe.profile.empty());
  EXPECT_TRUE(probe.generation.empty());
  EXPECT_TRUE(probe.nixStore.empty());
  EXPECT_TRUE(probe.lastActivation.empty());
  EXPECT_TRUE(probe.diskUsed.empty());
  EXPECT_EQ(probe.now, 0);
}

TEST(Probe, EscapeSequencesDoNotReachATerminal) {
  EXPECT_EQ(readProbe("failed a\x1b[31m.service\n").failedUnits.front().find('\x1b'), std::string::npos);
}

TEST(Probe, Generations) {
  const auto all = readGenerations(std::string("generation 10 1700000000 selected ") + kSystem +
                                   "\ngeneration 9 1600000000 - " + kSystem + "2\ngeneration x 1 - " + kSystem +
                                   "\ngeneration 8 1 - /etc\ngeneration 7\nsystem " + kSystem + "2\n");
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].number, 9);
  EXPECT_TRUE(all[0].running);
  EXPECT_FALSE(all[0].selected);
  EXPECT_EQ(all[1].number, 10);
  EXPECT_TRUE(all[1].selected);
  EXPECT_EQ(all[1].made, 1700000000);
}

}  // namespace
}  // namespace fleetd::deploy
