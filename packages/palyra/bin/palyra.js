#!/usr/bin/env node
import "../dist/palyra.js";
