// Certificates, password files and templates, judged by the tools that read them.
#include <gtest/gtest.h>

#include "plugins/vars/generators/builtin.hpp"
#include "tests/unit/plugins/vars/support.hpp"

namespace fleetd::vars {
namespace {

fleet::Value with(std::string generator, fleet::Attrs parameters = {}) {
  parameters.set("generator", std::move(generator));
  return parameters;
}

struct Made : ToolTest {
  Outputs make(const fleet::Value& builtin, const Inputs& inputs = {}) {
    auto out = generateBuiltin(builtin, inputs, age::systemRandom());
    EXPECT_TRUE(out.ok()) << (out.ok() ? "" : out.error().message);
    if (!out.ok()) return {};
    for (const auto& [file, content] : *out) write(file, content.text());
    return *std::move(out);
  }
  static std::string refusal(const fleet::Value& builtin, const Inputs& inputs = {}) {
    const auto out = generateBuiltin(builtin, inputs, age::systemRandom());
    return out.ok() ? "" : out.error().code + " " + out.error().message + " " + out.error().hint;
  }
  static void put(Inputs& inputs, const std::string& id, std::string_view text) {
    inputs.files.insert_or_assign(id, *SecretBytes::copy(text));
  }
  Inputs authority(fleet::Attrs parameters = {}) {
    parameters.set("commonName", "Yard CA");
    Inputs out;
    for (const auto& [file, content] : make(with("x509-ca", std::move(parameters))))
      put(out, "ca/" + file, content.text());
    return out;
  }
  static fleet::Attrs leaf(fleet::List names) {
    return {{"ca", "ca/ca.crt"}, {"caKey", "ca/ca.key"}, {"names", std::move(names)}};
  }
};

TEST_F(Made, CertificatesOfEveryAlgorithm) {
  if (!has("openssl")) GTEST_SKIP() << "openssl is not installed";
  for (const char* algorithm : {"p256", "p384", "ed25519", "rsa"}) {
    const Inputs inputs = authority({{"algorithm", algorithm}});
    auto parameters = leaf({"web.example.org", "10.1.2.3", "fd00::1"});
    parameters.set("algorithm", algorithm);
    parameters.set("chain", "chain");
    make(with("x509-certificate", parameters), inputs);
    EXPECT_TRUE(
        run("openssl verify -x509_strict -CAfile ca.crt -purpose sslserver -verify_hostname web.example.org cert"));
    EXPECT_TRUE(run(
        "openssl verify -CAfile ca.crt -verify_ip fd00::1 cert && openssl verify -CAfile ca.crt -verify_ip 10.1.2.3 cert"));
    EXPECT_FALSE(run("openssl verify -CAfile ca.crt -verify_hostname db.example.org cert"));
    EXPECT_FALSE(run("openssl verify -CAfile ca.crt -purpose sslclient cert"));
    EXPECT_TRUE(run("test \"$(openssl pkey -in key -pubout)\" = \"$(openssl x509 -in cert -noout -pubkey)\""));
    EXPECT_TRUE(
        run("cat cert ca.crt | cmp - chain && openssl x509 -in ca.crt -noout -text | grep -q 'Subject: CN = Yard CA'"));
    EXPECT_TRUE(
        run("openssl x509 -in ca.crt -noout -checkend 31000000 && openssl x509 -in cert -noout -checkend 31000000"));
  }
}

TEST_F(Made, NameConstraints) {
  if (!has("openssl")) GTEST_SKIP() << "openssl is not installed";
  const Inputs inputs = authority({{"excluded", fleet::List{"secret.example.org", "10.9.0.0/16"}},
                                   {"permitted", fleet::List{"example.org", "10.0.0.0/8", "fd00::/8"}}});
  ASSERT_TRUE(run("openssl x509 -in ca.crt -noout -text > shown"));
  const std::string shown = read("shown");
  for (const char* text :
       {"Name Constraints: critical", "DNS:example.org", "IP:10.0.0.0/255.0.0.0", "FF00:0:0:0:0:0:0:0"})
    EXPECT_NE(shown.find(text), std::string::npos) << text << shown;
  make(with("x509-certificate", leaf({"web.example.org", "10.1.2.3", "fd12::7"})), inputs);
  EXPECT_TRUE(run("openssl verify -x509_strict -CAfile ca.crt cert"));
  for (const char* outside : {"web.example.com", "a.secret.example.org", "10.9.1.1", "192.168.1.1", "fe80::1"})
    EXPECT_NE(refusal(with("x509-certificate", leaf({outside})), inputs).find("VARS11"), std::string::npos) << outside;
}

TEST_F(Made, AuthoritiesBelowOthers) {
  if (!has("openssl")) GTEST_SKIP() << "openssl is not installed";
  Inputs inputs = authority({{"permitted", fleet::List{"example.org"}}, {"pathLength", 1}});
  ASSERT_TRUE(run("cp ca.crt root.crt"));
  const fleet::Attrs below{{"ca", "ca/ca.crt"}, {"caKey", "ca/ca.key"}, {"commonName", "Below"}, {"pathLength", 0}};
  Inputs second;
  for (const auto& [file, content] : make(with("x509-ca", below), inputs)) put(second, "ca/" + file, content.text());
  make(with("x509-certificate", leaf({"web.example.org"})), second);
  EXPECT_TRUE(run("openssl verify -x509_strict -CAfile root.crt -untrusted ca.crt cert"));
  EXPECT_FALSE(run("openssl verify -CAfile root.crt cert"));
  EXPECT_NE(refusal(with("x509-ca", below), second).find("VARS11"), std::string::npos) << "deeper than allowed";
}

TEST_F(Made, WhatCertificatesCannotSay) {
  const Inputs inputs = authority();
  const auto with_ = [&](const char* name, fleet::Value value) {
    auto parameters = leaf({"web"});
    parameters.set(name, std::move(value));
    return refusal(with("x509-certificate", parameters), inputs);
  };
  EXPECT_NE(with_("names", fleet::List{"web,IP:1.2.3.4"}).find("no name in a certificate"), std::string::npos);
  EXPECT_NE(with_("names", fleet::List{"a b"}).find("VARS10"), std::string::npos);
  EXPECT_NE(with_("usage", fleet::List{"mail"}).find("`mail`"), std::string::npos);
  EXPECT_NE(with_("algorithm", "dsa").find("`dsa`"), std::string::npos);
  EXPECT_NE(with_("days", 0).find("from 1 to 36500"), std::string::npos);
  EXPECT_NE(with_("ca", "nobody/x").find("no file of its dependencies"), std::string::npos);
  EXPECT_NE(with_("names", fleet::List{}).find("for somebody"), std::string::npos);
  EXPECT_NE(refusal(with("x509-ca")).find("commonName"), std::string::npos);
  for (const char* bad : {"10.0.0.0/33", "10.0.0.0/x", "1.2.3.4", "a,b", "x/8", ""})
    EXPECT_NE(refusal(with("x509-ca", {{"commonName", "a"}, {"permitted", fleet::List{bad}}})).find("VARS10"),
              std::string::npos)
        << bad;
  Inputs broken = authority();
  put(broken, "ca/ca.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  EXPECT_NE(refusal(with("x509-certificate", leaf({"web"})), broken).find("cannot be read"), std::string::npos);
  Inputs mixed = authority();
  put(mixed, "ca/ca.key", inputs.files.at("ca/ca.key").text());
  EXPECT_NE(refusal(with("x509-certificate", leaf({"web"})), mixed).find("does not belong"), std::string::npos);
}

TEST_F(Made, PasswordFiles) {
  const auto own = make(with("htpasswd", {{"user", "ada"}}));
  EXPECT_TRUE(own.at("htpasswd").text().starts_with("ada:$2y$"));
  Inputs inputs;
  put(inputs, "one/password", "swordfish\n");
  put(inputs, "two/password", "open sesame");
  make(with("htpasswd", {{"users", fleet::Attrs{{"ada", "one/password"}, {"bob", "two/password"}}}}), inputs);
  if (has("htpasswd")) {
    EXPECT_TRUE(run("htpasswd -vb htpasswd ada swordfish && htpasswd -vb htpasswd bob 'open sesame'"));
    EXPECT_FALSE(run("htpasswd -vb htpasswd ada wrong"));
  } else if (run("python3 -W ignore -c 'import crypt'")) {
    EXPECT_TRUE(run(R"(python3 -W ignore -c '
import crypt
lines = dict(l.strip().split(":") for l in open("htpasswd"))
assert crypt.crypt("swordfish", lines["ada"]) == lines["ada"] and crypt.crypt("open sesame", lines["bob"]) == lines["bob"]
')"));
  }
  Inputs prompt;
  prompt.prompts.insert_or_assign("secret", *SecretBytes::copy("chosen"));
  EXPECT_EQ(make(with("htpasswd", {{"password", "secret"}, {"user", "ada"}}), prompt).at("secret").text(), "chosen");
  EXPECT_NE(refusal(with("htpasswd")).find("needs users"), std::string::npos);
  EXPECT_NE(refusal(with("htpasswd", {{"user", "a:b"}})).find("`a:b`"), std::string::npos);
  EXPECT_NE(refusal(with("htpasswd", {{"password", "x/y"}, {"user", "ada"}})).find("x/y"), std::string::npos);
}

TEST_F(Made, Passphrases) {
  const auto files = make(with("password", {{"capitals", true}, {"digits", 3}, {"separator", " "}, {"words", 4}}));
  const std::string phrase(files.at("password").text());
  EXPECT_EQ(std::count(phrase.begin(), phrase.end(), ' '), 4) << phrase;
  EXPECT_EQ(phrase.find_last_not_of("0123456789"), phrase.size() - 4) << phrase;
  EXPECT_EQ(std::count_if(phrase.begin(), phrase.end(), [](char c) { return c >= 'A' && c <= 'Z'; }), 4) << phrase;
  EXPECT_NE(refusal(with("password", {{"capitals", 1}})).find("true or false"), std::string::npos);
  EXPECT_NE(refusal(with("password", {{"separator", "123456789"}})).find("8 bytes"), std::string::npos);
}

TEST_F(Made, Templates) {
  Inputs inputs;
  put(inputs, "a/b", " it's \"one\"\n\x01");
  inputs.prompts.insert_or_assign("p", *SecretBytes::copy("answer"));
  const auto filled = [&](std::string text) {
    return std::string(make(with("template", {{"text", std::move(text)}}), inputs).at("value").text());
  };
  EXPECT_EQ(filled("x={{a/b}};{{ prompt:p }}"), "x= it's \"one\"\n\x01;answer");
  EXPECT_EQ(filled("{{ a/b | json }}"), "\" it's \\\"one\\\"\\n\\u0001\"");
  EXPECT_EQ(filled("{{ a/b | shell }}"), "' it'\\''s \"one\"\n\x01'");
  EXPECT_EQ(filled("{{ prompt:p | base64 }}"), "YW5zd2Vy");
  EXPECT_EQ(filled("{{ prompt:p | json | base64 }}"), "ImFuc3dlciI=");
  EXPECT_EQ(filled("a {{ \"{{\" }} b }} c"), "a {{ b }} c");
  put(inputs, "a/b", " \n");
  EXPECT_EQ(filled("<{{ a/b | trim }}>"), "<>");
  const auto several = make(with("template", {{"files", fleet::Attrs{{"x", "1{{prompt:p}}"}, {"y", "2"}}}}), inputs);
  EXPECT_EQ(several.at("x").text(), "1answer");
  EXPECT_EQ(several.at("y").text(), "2");
  const auto refused = [&](std::string text) { return refusal(with("template", {{"text", std::move(text)}}), inputs); };
  EXPECT_NE(refused("{{ a/b").find("not closed"), std::string::npos);
  EXPECT_NE(refused("{{ a/c }}").find("a/c"), std::string::npos);
  EXPECT_NE(refused("{{ prompt:q }}").find("`q`"), std::string::npos);
  EXPECT_NE(refused("{{ a/b | upper }}").find("`upper`"), std::string::npos);
  EXPECT_NE(refused("").find("needs a `text`"), std::string::npos);
}

}  // namespace
}  // namespace fleetd::vars
