package policy

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/x/exp/ast"
	"github.com/cedar-policy/cedar-go/x/exp/schema"
	"github.com/cedar-policy/cedar-go/x/exp/schema/validate"

	"github.com/rialtohq/rialto/policies"
)

// Config says where policies are. The zero value has Rialto's own.
type Config struct {
	// Dir is a folder of an operator's *.cedar files; empty has none.
	Dir string
	// Log takes failures of evaluations; nil is the default log.
	Log *slog.Logger
}

// bucket is the policies of one action: what an evaluation of it looks at, and nothing else.
type bucket []*Policy

// All gives them under their own names. Cedar asks for them this way.
func (b bucket) All() iter.Seq2[cedar.PolicyID, *cedar.Policy] {
	return func(yield func(cedar.PolicyID, *cedar.Policy) bool) {
		for _, p := range b {
			if !yield(cedar.PolicyID(p.ID), p.parsed) {
				return
			}
		}
	}
}

// New reads and checks all policies. Fails where any of them is wrong, and says which and where.
func New(c Config) (*Engine, error) {
	e := &Engine{buckets: map[Action]bucket{}, log: c.Log}
	if e.log == nil {
		e.log = slog.Default()
	}
	check, err := checker()
	if err != nil {
		return nil, err
	}
	if err := e.readAll(policies.Files, "", check, false); err != nil {
		return nil, err
	}
	if c.Dir != "" {
		if err := e.readAll(os.DirFS(c.Dir), c.Dir, check, true); err != nil {
			return nil, err
		}
	}
	for _, p := range e.policies {
		for _, a := range p.Actions {
			e.buckets[a] = append(e.buckets[a], p)
		}
	}
	e.blind = make(map[Action]blind, len(e.buckets))
	for a, of := range e.buckets {
		e.blind[a] = blindOf(of)
	}
	return e, nil
}

func checker() (*validate.Validator, error) {
	var s schema.Schema
	if err := s.UnmarshalCedar(policies.Vocabulary); err != nil {
		return nil, fmt.Errorf("policy: the vocabulary: %w", err)
	}
	resolved, err := s.Resolve()
	if err != nil {
		return nil, fmt.Errorf("policy: the vocabulary: %w", err)
	}
	return validate.New(resolved), nil
}

// readAll reads the files of a folder in alphabetical order. A folder that an operator names and that has none is a
// mistake: a shop must not run without the rules that somebody wrote for it.
func (e *Engine) readAll(from fs.FS, dir string, check *validate.Validator, operators bool) error {
	names, err := fs.Glob(from, "*.cedar")
	if err == nil && len(names) == 0 {
		err = errors.New("there is no file *.cedar")
	}
	if err != nil {
		return fmt.Errorf("policies of %q: %w", dir, err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(from, name)
		if err != nil {
			return fmt.Errorf("policies of %q: %w", dir, err)
		}
		shown := path.Join("policies", name)
		if operators {
			shown = filepath.Join(dir, name)
		}
		if err := e.read(shown, text, check, operators); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) read(file string, text []byte, check *validate.Validator, operators bool) error {
	list, err := cedar.NewPolicyListFromBytes(file, text)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	for _, parsed := range list {
		p, err := e.describe(parsed)
		if err == nil {
			err = check.Policy("", (*ast.Policy)(parsed.AST()))
		}
		if err == nil && operators {
			err = open(p)
		}
		if err != nil {
			return fmt.Errorf("%s:%d: %w", file, parsed.Position().Line, err)
		}
		e.policies = append(e.policies, p)
	}
	return nil
}

var idForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,99}$`)

// describe names a policy by its annotations.
func (e *Engine) describe(parsed *cedar.Policy) (*Policy, error) {
	notes := parsed.Annotations()
	p := &Policy{
		ID: string(notes["id"]), Description: string(notes["description"]), parsed: parsed, Forbids: parsed.Effect() == cedar.Forbid,
		File: fmt.Sprintf("%s:%d", parsed.Position().Filename, parsed.Position().Line), Actions: actionsOf(parsed),
	}
	switch {
	case !idForm.MatchString(p.ID):
		return nil, errors.New("a policy needs an @id of small letters, digits, dots, dashes and underscores")
	case p.Description == "":
		return nil, fmt.Errorf("policy %s needs a @description", p.ID)
	}
	if twin := e.find(p.ID); twin != nil {
		return nil, fmt.Errorf("policy %s stands in %s already", p.ID, twin.File)
	}
	return p, nil
}

// open refuses an operator's policy on what statements decide as well: lists would not follow it.
func open(p *Policy) error {
	for _, a := range p.Actions {
		if a.Settled() {
			return fmt.Errorf("policy %s speaks of %s, which statements decide too: name the actions that it is about, without that one", p.ID, a)
		}
	}
	return nil
}

// actionsOf lists the actions that a policy can match.
func actionsOf(parsed *cedar.Policy) []Action {
	var uids []cedar.EntityUID
	switch scope := parsed.AST().Action.(type) {
	case ast.ScopeTypeEq:
		uids = []cedar.EntityUID{scope.Entity}
	case ast.ScopeTypeIn:
		uids = []cedar.EntityUID{scope.Entity}
	case ast.ScopeTypeInSet:
		uids = scope.Entities
	default:
		return Actions()
	}
	return slices.DeleteFunc(Actions(), func(a Action) bool { return !slices.Contains(uids, a.uid()) })
}

func (e *Engine) find(id string) *Policy {
	if i := slices.IndexFunc(e.policies, func(p *Policy) bool { return p.ID == id }); i >= 0 {
		return e.policies[i]
	}
	return nil
}

func (e *Engine) named(id cedar.PolicyID) *Policy { return e.find(string(id)) }

func sortPolicies(list []*Policy) {
	slices.SortFunc(list, func(a, b *Policy) int { return cmp.Compare(a.ID, b.ID) })
}
