// `fleetd generations`: what hosts could return to.
#include <mutex>

#include <algorithm>

#include <fmt/format.h>

#include "kernel/base/thread_pool.hpp"
#include "kernel/cli/operations.hpp"
#include "kernel/cli/text_table.hpp"
#include "kernel/deploy/probe.hpp"

namespace fleetd::cli {

namespace {

constexpr unsigned kAtOnce = 32;

using Answer = Result<std::vector<deploy::Generation>>;

void write(Context& cx, const Operation& operation, const std::vector<std::optional<Answer>>& answers) {
  base::JsonWriter json(cx.out.data(), 2);
  json.beginArray();
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i] || !*answers[i]) continue;
    json.beginObject().member("host", operation.meant[i].host->name).key("generations").beginArray();
    for (const auto& one : **answers[i])
      json.beginObject()
          .member("number", one.number)
          .member("made", one.made)
          .member("selected", one.selected)
          .member("running", one.running)
          .member("system", one.path)
          .endObject();
    json.endArray().endObject();
  }
  json.endArray();
  cx.out.write("\n");
}

void print(Context& cx, const Operation& operation, const std::vector<std::optional<Answer>>& answers) {
  TextTable table({{"HOST"}, {"GENERATION", true}, {"MADE"}, {"STATE"}, {"SYSTEM", false, 20, 1}});
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i] || !*answers[i]) continue;
    for (const auto& one : **answers[i])
      table.add({{operation.meant[i].host->name, kBold},
                 {std::to_string(one.number)},
                 {timeText(one.made)},
                 {one.running    ? (one.selected ? "runs, boots" : "runs")
                  : one.selected ? "boots"
                                 : "",
                  kGreen},
                 {one.path, kDim}});
  }
  if (!table.empty()) cx.out.write(table.text(cx.out.dataWidth(), cx.out.colorData()));
}

}  // namespace

int runGenerations(Context& cx) {
  auto operation = beginOperation(cx, Reaching::Yes);
  if (!operation) return cx.fail(operation.error());
  deploy::Ssh& ssh = *operation->ssh;
  std::vector<std::optional<Answer>> answers(operation->meant.size());
  base::ThreadPool pool(std::clamp(static_cast<unsigned>(answers.size()), 1u, kAtOnce), std::size_t{1} << 20);
  pool.parallelFor(answers.size(), [&](std::size_t i) {
    const Meant& one = operation->meant[i];
    answers[i] =
        *one.reach ? deploy::generations(ssh, (**one.reach).address, one.host->klass) : Answer(one.reach->error());
  });
  int code = kOk;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (*answers[i]) continue;
    Diagnostic d = Diagnostic::from(answers[i]->error());
    d.host = operation->meant[i].host->name;
    code = worse(code, exitCodeOf(d.code));
    cx.diagnostics.add(std::move(d));
  }
  cx.json() ? write(cx, *operation, answers) : print(cx, *operation, answers);
  return worse(cx.finish(), code);
}

}  // namespace fleetd::cli
