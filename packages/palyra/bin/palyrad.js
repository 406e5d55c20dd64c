#!/usr/bin/env node
import "../dist/daemon/palyrad.js";
