// The script's input and output.
#include "kernel/deploy/zerotier_host.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/text.hpp"
#include "kernel/deploy/scripts.hpp"
#include "kernel/deploy/zerotier_api.hpp"

namespace fleetd::deploy::zerotier {

namespace {

using base::Code;

constexpr int kRefused = 7, kTimeout = 28, kEmptyReply = 52;  // curl's
constexpr std::size_t kRequestSeconds = 12, kMostSeconds = 600, kAtOnce = 32, kEchoSeconds = 8;

// A double-quoted word of a configuration of curl's.
std::string curlWord(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

Error refusal(std::string_view what) {
  if (what == "curl") return {Code::FL0871, "the host has no curl", "add curl to its system packages", {}};
  if (what == "ping") return {Code::FL0871, "the host has no ping", "add iputils to its system packages", {}};
  if (what == "home")
    return {Code::FL0871, "no ZeroTier daemon has run on the host", "deploy the host, which starts one", {}};
  if (what == "token")
    return {Code::FL0871,
            "the daemon's token (authtoken.secret) is missing or none",
            "the daemon writes a new one when it starts: systemctl restart zerotierone",
            {}};
  if (what == "rights")
    return {Code::FL0871, "the user may not read the daemon's token", "log in as root, or use --sudo", {}};
  return {Code::FL0874, "the host's answer is not understood", "", {}};
}

Error silence(int curl) {
  if (curl == kRefused)
    return {Code::FL0872, "no ZeroTier daemon listens on the host", "look at `systemctl status zerotierone` there", {}};
  if (curl == kTimeout)
    return {
        Code::FL0872, "the daemon did not answer within ten seconds", "look at `journalctl -u zerotierone` there", {}};
  if (curl == kEmptyReply) return {Code::FL0874, "the daemon's answer is empty", "", {}};
  return {Code::FL0872, fmt::format("the daemon could not be asked (curl: {})", curl), "", {}};
}

// "BODY\nHTTP CURL"
Result<Answer> readAnswerOf(std::string_view text) {
  const auto newline = text.rfind('\n');
  const auto words = base::split(newline == std::string_view::npos ? text : text.substr(newline + 1), ' ');
  const auto http = words.size() == 2 ? base::parseInt(words[0]) : std::nullopt;
  const auto curl = words.size() == 2 ? base::parseInt(words[1]) : std::nullopt;
  if (!http || !curl || *http < 0 || *http > 999 || *curl < 0 || *curl > 255)
    return Error{
        Code::FL0874,
        text.size() >= kMostBytes ? "the daemon's answer is longer than 8 MiB" : "the host's answer is not understood",
        "",
        {}};
  if (*curl != 0) return silence(static_cast<int>(*curl));
  if (*http == 401)
    return Error{Code::FL0873,
                 "the daemon refuses its own token",
                 "authtoken.secret was replaced under a running daemon: systemctl restart zerotierone",
                 {}};
  return Answer{static_cast<int>(*http),
                std::string(newline == std::string_view::npos ? std::string_view() : text.substr(0, newline))};
}

}  // namespace

Result<Said> readSaid(std::string_view output, std::size_t count) {
  Said out;
  while (!output.empty()) {
    const auto end = std::min(output.find('\n'), output.size());
    const std::string_view line = output.substr(0, end);
    output.remove_prefix(std::min(end + 1, output.size()));
    if (line == "collision") out.collision = true;
    if (line.starts_with("pong ")) out.pongs.emplace_back(line.substr(5));
    if (line.starts_with("refuse ")) return refusal(line.substr(7));
    if (!line.starts_with("answer ")) continue;
    const auto size = base::parseInt(line.substr(7));
    if (!size || *size < 0 || static_cast<std::size_t>(*size) > output.size() || out.answers.size() == count)
      return Error{Code::FL0874, "the host's answer is not understood", "", {}};
    auto answer = readAnswerOf(output.substr(0, static_cast<std::size_t>(*size)));
    if (!answer) return answer.error();
    out.answers.push_back(*std::move(answer));
    output.remove_prefix(std::min(static_cast<std::size_t>(*size) + 1, output.size()));
  }
  if (out.answers.size() != count)
    return Error{Code::FL0874,
                 "the host answered less than it was asked",
                 "the login shell there must be able to start `sh`",
                 {}};
  return out;
}

Result<Said> Controller::run(const std::string& lines, std::size_t count, std::size_t seconds) {
  Ssh::Call call = asRoot("sh -s", address_, rights_);
  call.input = fmt::format("{}\n{}", hostScript("zerotier.sh"), lines);
  call.timeout = std::chrono::seconds(std::min(kMostSeconds, seconds));
  auto finished = ssh_.run(address_, call);
  if (!finished) return finished.error();
  if (finished->output.empty() && !finished->status.success()) {
    const bool sudo = finished->errors.find("sudo") != std::string::npos;
    return Error{sudo ? Code::FL0817 : Code::FL0871,
                 fmt::format("{}: {}", address_.text(), base::sanitize(base::trim(finished->errors))),
                 sudo ? "--ask-sudo-password gives sudo a password" : "",
                 {}};
  }
  auto said = readSaid(finished->output, count);
  if (said) return said;
  Error error = said.error();
  error.message = fmt::format("{}: {}", address_.text(), error.message);
  return error;
}

Result<Said> Controller::ask(const std::vector<Request>& requests) {
  std::string lines;
  for (const Request& one : requests)
    lines += fmt::format("ask {} {} {}\n", one.method, base::shellQuote(one.path),
                         one.body.empty() ? "" : base::shellQuote(curlWord(one.body)));
  return run(lines, requests.size(), 30 + kRequestSeconds * requests.size());
}

Result<Said> Controller::reach(const std::vector<std::string>& addresses) {
  std::string line = "reach";
  for (const std::string& address : addresses) line += " " + base::shellQuote(address);
  return run(line + "\n", 0, 30 + kEchoSeconds * (addresses.size() / kAtOnce + 1));
}

}  // namespace fleetd::deploy::zerotier
