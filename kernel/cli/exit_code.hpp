// Exit codes, and which one an error stands for.
#pragma once
#include "kernel/base/codes.hpp"

namespace fleetd::cli {

inline constexpr int kOk = 0;
inline constexpr int kFindings = 1;     // the fleet has errors
inline constexpr int kUsage = 2;        // the command line is wrong, or names what is not there
inline constexpr int kEnvironment = 3;  // the machine lacks something: a program, space, a reachable host
inline constexpr int kInternal = 70;    // a defect of fleetd

int exitCodeOf(base::Code code);
// Of two outcomes the one that matters more: internal, usage, environment, findings, ok.
int worse(int a, int b);

}  // namespace fleetd::cli
