#include "kernel/lang/flake_ref.hpp"

#include <gtest/gtest.h>

namespace fleetd::lang {
namespace {

std::string shown(std::string_view text) {
  const auto parsed = parseFlakeRef(text);
  if (!parsed.value) return parsed.error.empty() ? "unknown" : "error: " + parsed.error;
  std::string out;
  for (const auto& [name, value] : *parsed.value) {
    out += (out.empty() ? "" : " ") + name + "=";
    if (const auto* s = std::get_if<std::string>(&value)) out += *s;
    if (const auto* n = std::get_if<std::int64_t>(&value)) out += std::to_string(*n);
    if (const auto* b = std::get_if<bool>(&value)) out += *b ? "true" : "false";
  }
  return out;
}

std::string again(std::string_view text) {
  const auto parsed = parseFlakeRef(text);
  return parsed.value ? flakeRefText(*parsed.value).value.value_or("none") : "unread";
}

constexpr std::string_view kRevision = "2fb6a3ab3be9a2b9b8f5c0f7d1e0a1b2c3d4e5f6";

TEST(FlakeRef, AttributesOfEachKind) {
  EXPECT_EQ(shown("github:NixOS/nixpkgs/23.05?dir=lib"), "dir=lib owner=NixOS ref=23.05 repo=nixpkgs type=github");
  EXPECT_EQ(shown("github:a/b/" + std::string(kRevision)),
            "owner=a repo=b rev=" + std::string(kRevision) + " type=github");
  EXPECT_EQ(shown("gitlab:a/b/feature/x?host=git.example.org"),
            "host=git.example.org owner=a ref=feature/x repo=b type=gitlab");
  EXPECT_EQ(shown("sourcehut:~a/b"), "owner=~a repo=b type=sourcehut");
  EXPECT_EQ(shown("nixpkgs"), "id=nixpkgs type=indirect");
  EXPECT_EQ(shown("nixpkgs/nixos-24.05"), "id=nixpkgs ref=nixos-24.05 type=indirect");
  EXPECT_EQ(shown("flake:nixpkgs/a/" + std::string(kRevision)),
            "id=nixpkgs ref=a rev=" + std::string(kRevision) + " type=indirect");
  EXPECT_EQ(shown("path:./sub?lastModified=7"), "lastModified=7 path=./sub type=path");
  EXPECT_EQ(shown("path:///a%20b"), "path=/a b type=path");
  EXPECT_EQ(shown("/etc/nixos"), "path=/etc/nixos type=path");
  EXPECT_EQ(shown("git+https://h/r.git?ref=main&submodules=1&x=y&dir=d"),
            "dir=d ref=main submodules=true type=git url=https://h/r.git?x=y");
  EXPECT_EQ(shown("git+ssh://git@h/r"), "type=git url=ssh://git@h/r");
  EXPECT_EQ(shown("https://h/a.tar.gz?narHash=sha256-x"), "narHash=sha256-x type=tarball url=https://h/a.tar.gz");
  EXPECT_EQ(shown("https://h/a"), "type=file url=https://h/a");
  EXPECT_EQ(shown("tarball+https://h/a"), "type=tarball url=https://h/a");
  EXPECT_EQ(shown("hg+https://h/a"), "unknown");
}

TEST(FlakeRef, WhatIsNone) {
  EXPECT_EQ(shown(""), "error: it is no absolute path");
  EXPECT_EQ(shown("./a"), "error: it is no absolute path");
  EXPECT_EQ(shown("github:a"), "error: it names no owner and repository");
  EXPECT_EQ(shown("github:a/b?what=1"), "error: it has the unknown parameter 'what'");
  EXPECT_EQ(shown("github:a/b/c?ref=d"), "error: it gives 'ref' twice");
  EXPECT_EQ(shown("github:a/b/c?rev=" + std::string(kRevision)), "error: it has both a revision and a branch or tag");
  EXPECT_EQ(shown("nixpkgs#hello"), "error: it has a fragment");
  EXPECT_EQ(shown("path://host/a"), "error: a path has no host");
  EXPECT_EQ(shown("path:/a?lastModified=x"), "error: its parameter 'lastModified' is no number");
}

TEST(FlakeRef, TextOfAttributes) {
  for (const std::string_view text :
       {"github:NixOS/nixpkgs/23.05?dir=lib", "gitlab:a/b?host=git.example.org", "path:/a%20b?lastModified=7",
        "git+https://h/r.git?ref=main&submodules=1", "https://h/a.tar.gz", "tarball+https://h/a", "https://h/a",
        "flake:nixpkgs/nixos-24.05"})
    EXPECT_EQ(again(text), text);
  EXPECT_EQ(again("nixpkgs"), "flake:nixpkgs");
  EXPECT_EQ(flakeRefText({}).error, "attribute 'type' is missing");
  EXPECT_EQ(flakeRefText({{"type", std::string("github")}}).error, "attributes 'owner' and 'repo' are needed");
  EXPECT_FALSE(flakeRefText({{"type", std::string("hg")}}).value);
}

}  // namespace
}  // namespace fleetd::lang
