// Networks out of exports, and names, keys and blocks out of networks.
#include <gtest/gtest.h>

#include <fleet/cxx/names.hpp>

namespace fleet {
namespace {

Value peer(std::string host, Attrs more = {}) {
  more.set("hosts", List{Attrs{{"plain", std::move(host)}}});
  return more;
}

FleetView yard() {
  FleetView out;
  out.domain = "yard.example";
  out.exports["x/net:net::"]["networking"] = Attrs{{"priority", 2000}};
  out.exports["x/mesh:mesh::"]["networking"] = Attrs{{"interfaces", List{"zt*"}}, {"priority", 900}};
  out.exports["x/tor:tor::"]["networking"] = Attrs{{"module", "clan_lib.network.tor"}, {"priority", 10}};
  for (const char* machine : {"barn", "silo"}) out.machines[machine] = {"nixos", "x86_64-linux", {}, Attrs{}};
  out.exports["x/net:net:default:silo"]["peer"] = peer("silo.example", {{"port", 2222}, {"user", "ops"}});
  out.exports["x/mesh:mesh:peer:barn"]["peer"] = peer("fd00::1");
  out.exports["x/mesh:mesh:controller:barn"]["peer"] = peer("fd00::1");
  out.exports["x/mesh:mesh:peer:silo"]["peer"] = peer("fd00::2");
  out.exports["x/tor:tor:server:barn"]["peer"] = peer("abc.onion");
  out.exports["x/other:other:peer:barn"]["peer"] = peer("192.0.2.1");  // no network
  return out;
}

std::vector<std::string> namesAt(const FleetView& fleet, const std::string& machine, const std::string& network) {
  for (const auto& one : namesOf(networksOf(fleet), fleet.domain))
    if (one.machine == machine && one.network == network) return one.names;
  return {};
}

TEST(Networks, AreSortedAndHoldEachWayOnce) {
  const auto all = networksOf(yard());
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].instance, "net");
  EXPECT_EQ(all[1].instance, "mesh");
  EXPECT_EQ(all[1].machines.at("barn").size(), 1u);
  EXPECT_EQ(all[0].machines.at("silo").front().port, 2222);
  EXPECT_TRUE(all[2].isTor());
}

TEST(Networks, AnOverlayIsForItsMembers) {
  EXPECT_EQ(networksFrom(networksOf(yard()), "gate").size(), 2u);
  EXPECT_EQ(networksFrom(networksOf(yard()), "barn").size(), 3u);
}

TEST(Networks, HostileExportsAreData) {
  FleetView fleet = yard();
  fleet.exports["x/mesh:mesh:peer"]["peer"] = peer("192.0.2.9");            // no scope
  fleet.exports["x/mesh:mesh:peer:barn:more"]["peer"] = peer("192.0.2.9");  // nor this
  fleet.exports["x/mesh:mesh:peer:bran"]["peer"] = Attrs{{"hosts", "fd00::3"}};
  fleet.exports["x/mesh:mesh:peer:bron"]["peer"] = Attrs{{"hosts", List{1, Attrs{{"var", Attrs{{"file", "ip"}}}}}}};
  fleet.exports["x/net:net:default:evil\n"]["peer"] = peer("192.0.2.1\nNAME");
  fleet.exports["x/net:net::"]["networking"] = "no set";
  const auto all = networksOf(fleet);
  ASSERT_EQ(all.size(), 3u);
  for (const auto& network : all)
    for (const auto& [machine, ways] : network.machines)
      for (const auto& way : ways) EXPECT_NE(way.host, "192.0.2.9");
  for (const auto& one : namesOf(all, fleet.domain))
    for (const auto& name : one.names) EXPECT_EQ(name.find('\n'), std::string::npos);
  EXPECT_FALSE(sshBlockOf(fleet, all, "evil\n"));
}

TEST(Networks, AddressesThatDoNotExistYet) {
  FleetView fleet = yard();
  const Value var = Attrs{{"file", "ip"}, {"generator", "g"}, {"machine", "silo"}};
  fleet.exports["x/mesh:mesh:peer:silo"]["peer"] = Attrs{{"hosts", List{Attrs{{"var", var}}}}};
  EXPECT_EQ(networksOf(fleet)[1].incomplete, std::vector<std::string>{"silo: g/ip of silo does not exist yet"});
  fleet.shared = Attrs{{"g", Attrs{{"ip", "fd00::7\n"}}}};
  EXPECT_EQ(networksOf(fleet)[1].machines.at("silo").front().host, "fd00::7");
  fleet.machines["silo"].facts = Attrs{{"vars", Attrs{{"g", Attrs{{"ip", "fd00::8"}}}}}};
  EXPECT_EQ(networksOf(fleet)[1].machines.at("silo").front().host, "fd00::8");
}

TEST(Names, TheMachinesOwnNameBelongsToTheFirstAddress) {
  const FleetView fleet = yard();
  EXPECT_EQ(namesAt(fleet, "silo", "net"), (std::vector<std::string>{"silo.net", "silo.net.yard.example"}));
  EXPECT_EQ(namesAt(fleet, "silo", "mesh").front(), "silo.yard.example");
  EXPECT_TRUE(namesAt(fleet, "barn", "tor").empty());
}

TEST(Names, DevicesAreNoMachines) {
  FleetView fleet = yard();
  const Value phone =
                  Attrs{{"addresses", List{"fd00::9", "x\ny"}}, {"machine", false}, {"name", "phone"}, {"port", 8022}},
              silo = Attrs{{"addresses", List{"fd00::8"}}, {"machine", false}, {"name", "silo"}},
              barn = Attrs{{"addresses", List{"fd00::1"}}, {"machine", true}, {"name", "barn"}};
  fleet.exports["x/mesh:mesh::"]["overlay"] =
      Attrs{{"members", List{phone, silo, barn, "nobody", Attrs{{"machine", false}}}}};
  const auto all = networksOf(fleet);
  ASSERT_EQ(all[1].devices.size(), 1u) << "a machine's name is not given away";
  EXPECT_EQ(all[1].devices.at("phone")[0].port, 8022);
  EXPECT_EQ(namesAt(fleet, "phone", "mesh"),
            (std::vector<std::string>{"phone.yard.example", "phone.mesh", "phone.mesh.yard.example"}));
  for (const auto& one : namesOf(all, fleet.domain)) EXPECT_EQ(one.device, one.machine == "phone");
  EXPECT_EQ(sshBlockOf(fleet, all, "phone"),
            "Host phone phone.yard.example phone.mesh phone.mesh.yard.example\n  HostName fd00::9\n  Port 8022\n");
}

TEST(Names, ANameThatIsAnAddressIsNotGivenAway) {
  FleetView fleet = yard();
  fleet.exports["x/net:net:default:silo"]["peer"] = peer("silo.yard.example");
  EXPECT_EQ(namesAt(fleet, "silo", "mesh"), (std::vector<std::string>{"silo.mesh", "silo.mesh.yard.example"}));
}

TEST(Names, ANetworkWithTheFleetsDomain) {
  FleetView fleet = yard();
  fleet.exports["x/mesh:mesh::"]["networking"] = Attrs{{"domain", "yard.example"}};
  EXPECT_EQ(namesAt(fleet, "barn", "mesh"), std::vector<std::string>{"barn.yard.example"});
}

TEST(Names, Keys) {
  EXPECT_EQ(publicKeyIn(" ssh-ed25519 AAAA+/= me@there\n"), "ssh-ed25519 AAAA+/=");
  EXPECT_EQ(publicKeyIn("sk-ssh-ed25519@openssh.com AAAA"), "sk-ssh-ed25519@openssh.com AAAA");
  for (const char* text :
       {"", "ssh-ed25519", "ssh-ed25519 ", "ssh-ed25519  AAAA", "x AAAA", "ssh-ed25519 AA\nAA", "@revoked * x"})
    EXPECT_FALSE(publicKeyIn(text)) << text;
}

TEST(Names, BlocksOfSsh) {
  const FleetView fleet = yard();
  const auto all = networksOf(fleet);
  EXPECT_EQ(sshBlockOf(fleet, all, "silo"),
            "Host silo silo.yard.example silo.net silo.net.yard.example silo.mesh silo.mesh.yard.example\n"
            "  HostName silo.example\n  User ops\n  Port 2222\n");
  EXPECT_NE(sshBlockOf(fleet, all, "barn", "root")->find("  HostName fd00::1\n  User root\n"), std::string::npos);
  EXPECT_FALSE(sshBlockOf(fleet, all, "gate"));
}

TEST(SshOptions, WordsOfTheCommandLine) {
  const auto read = readSshOptions({"-J", "gate", "-J gate2", "-oCompression=yes", "-o", "Ciphers aes", "-i", "/a b",
                                    "-C", "-6", "-p2222", "-l", "ops"});
  const std::vector<std::pair<std::string, std::string>> expected{
      {"ProxyJump", "gate"},      {"ProxyJump", "gate2"},   {"Compression", "yes"},
      {"Ciphers", "aes"},         {"IdentityFile", "/a b"}, {"Compression", "yes"},
      {"AddressFamily", "inet6"}, {"Port", "2222"},         {"User", "ops"}};
  EXPECT_EQ(read.options, expected);
  EXPECT_TRUE(read.leftOut.empty());
}

TEST(SshOptions, WhatIsLeftOut) {
  const auto read = readSshOptions({"-W", "-oProxyCommand=x", "-o", "permitlocalcommand yes", "-o", "A B\nC", "-J",
                                    "a\nb", "-L1:b:2", "gate", "-", "", "-oNothing", "-J"});
  EXPECT_TRUE(read.options.empty()) << read.options.front().first;
  EXPECT_GE(read.leftOut.size(), 9u);
}

TEST(Addresses, Families) {
  for (const char* text : {"0.0.0.0", "192.0.2.255"}) EXPECT_EQ(addressFamily(text), 4) << text;
  for (const char* text : {"::", "::1", "fd00::1", "1:2:3:4:5:6:7:8", "1::", "::ffff:192.0.2.1", "1:2:3:4:5:6:7::"})
    EXPECT_EQ(addressFamily(text), 6) << text;
  for (const char* text :
       {"", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "g::", "1.2.3", "1.2.3.256",
        "01.2.3.4", "1.2.3.4.5", "::1.2.3", "fe80::1%eth0", "a.b", "1:", ":1", "1.2.3.4::"})
    EXPECT_EQ(addressFamily(text), 0) << text;
}

}  // namespace
}  // namespace fleet
