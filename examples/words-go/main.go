// A tool in Go: one request on stdin, one answer on stdout, and a folder of its own.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sort"
	"strings"
	"unicode"
)

type request struct {
	Text string `json:"text"`
}

type count struct {
	Word  string `json:"word"`
	Count int    `json:"count"`
}

type answer struct {
	Words int     `json:"words"`
	Most  []count `json:"most"`
}

// The root `tally` of the manifest.
const kept = "/tally/words.json"
const mostTold = 5

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	var asked request
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		return fmt.Errorf("the request is no JSON: %w", err)
	}
	tally, err := load()
	if err != nil {
		return err
	}
	words := strings.FieldsFunc(strings.ToLower(asked.Text), func(r rune) bool { return !unicode.IsLetter(r) })
	for _, word := range words {
		tally[word]++
	}
	if err := save(tally); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(answer{Words: len(words), Most: most(tally)})
}

func load() (map[string]int, error) {
	tally := map[string]int{}
	bytes, err := os.ReadFile(kept)
	if errors.Is(err, fs.ErrNotExist) {
		return tally, nil
	}
	if err != nil {
		return nil, err
	}
	return tally, json.Unmarshal(bytes, &tally)
}

// Beside, and then in its place: a call that is ended half-way leaves what was there.
func save(tally map[string]int) error {
	bytes, err := json.Marshal(tally)
	if err != nil {
		return err
	}
	if err := os.WriteFile(kept+".new", bytes, 0o600); err != nil {
		return err
	}
	return os.Rename(kept+".new", kept)
}

func most(tally map[string]int) []count {
	all := make([]count, 0, len(tally))
	for word, times := range tally {
		all = append(all, count{word, times})
	}
	sort.Slice(all, func(i, j int) bool {
		return all[i].Count > all[j].Count || all[i].Count == all[j].Count && all[i].Word < all[j].Word
	})
	return all[:min(len(all), mostTold)]
}
