// The policy engine of Cilium as a program: reads worlds (one JSON object a line, from print.ts), asks the engine for a verdict on
// each packet of them, and tells where it is not the one that stands beside the packet. Exit code 1 where any differs. Built by
// run.sh inside Cilium's own module.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"sync"

	"github.com/cilium/cilium/pkg/crypto/certificatemanager"
	envoypolicy "github.com/cilium/cilium/pkg/envoy/policy"
	"github.com/cilium/cilium/pkg/identity"
	"github.com/cilium/cilium/pkg/identity/identitymanager"
	ipcachetypes "github.com/cilium/cilium/pkg/ipcache/types"
	"github.com/cilium/cilium/pkg/k8s"
	ciliumv2 "github.com/cilium/cilium/pkg/k8s/apis/cilium.io/v2"
	slim_networkingv1 "github.com/cilium/cilium/pkg/k8s/slim/k8s/api/networking/v1"
	"github.com/cilium/cilium/pkg/labels"
	"github.com/cilium/cilium/pkg/option"
	"github.com/cilium/cilium/pkg/policy"
	"github.com/cilium/cilium/pkg/policy/api"
	policytypes "github.com/cilium/cilium/pkg/policy/types"
	policyutils "github.com/cilium/cilium/pkg/policy/utils"
	"github.com/cilium/cilium/pkg/spanstat"
	testpolicy "github.com/cilium/cilium/pkg/testutils/policy"
	"github.com/cilium/cilium/pkg/u8proto"
)

type identityInput struct {
	ID     identity.NumericIdentity `json:"id"`
	Labels [][3]string              `json:"labels"`
	Prefix string                   `json:"prefix"`
}

type namedPort struct {
	Name     string          `json:"name"`
	Protocol u8proto.U8proto `json:"protocol"`
	Port     uint16          `json:"port"`
}

type policyInput struct {
	Kind     string          `json:"kind"`
	Scope    string          `json:"scope"`
	Name     string          `json:"name"`
	Document json.RawMessage `json:"document"`
}

type question struct {
	Subject   identity.NumericIdentity `json:"subject"`
	Peer      identity.NumericIdentity `json:"peer"`
	Direction string                   `json:"direction"`
	Protocol  u8proto.U8proto          `json:"protocol"`
	Port      uint16                   `json:"port"`
	Allowed   bool                     `json:"allowed"`
	Why       string                   `json:"why"`
}

type world struct {
	Name           string                                   `json:"name"`
	Mode           string                                   `json:"mode"`
	AllowLocalHost bool                                     `json:"allowLocalHost"`
	Identities     []identityInput                          `json:"identities"`
	Ports          map[identity.NumericIdentity][]namedPort `json:"ports"`
	Policies       []policyInput                            `json:"policies"`
	Questions      []question                               `json:"questions"`
}

type stats struct{ waiting, calculation spanstat.SpanStat }

func (s *stats) WaitingForPolicyRepository() *spanstat.SpanStat { return &s.waiting }
func (s *stats) SelectorPolicyCalculation() *spanstat.SpanStat  { return &s.calculation }

var reserved = []identity.NumericIdentity{1, 3, 4, 5, 6, 7, 8, 9, 10}

var logger = slog.New(slog.NewTextHandler(io.Discard, nil))

func main() {
	option.Config.EnableIPv4 = true
	option.Config.EnableIPv6 = true
	option.Config.EnableICMPRules = true
	option.Config.EnableNonDefaultDenyPolicies = true
	option.Config.EnableNodeSelectorLabels = true
	api.InitEntities("default")

	worlds, asked, differ := 0, 0, 0
	for decoder := json.NewDecoder(bufio.NewReaderSize(os.Stdin, 1<<20)); ; worlds++ {
		var w world
		err := decoder.Decode(&w)
		if errors.Is(err, io.EOF) {
			break
		}
		check(err, "world")
		differ += w.compare()
		asked += len(w.Questions)
	}
	fmt.Printf("%d worlds, %d packets, %d differ\n", worlds, asked, differ)
	if differ > 0 || asked == 0 {
		os.Exit(1)
	}
}

func check(err error, what string) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(2)
	}
}

// configure sets what is global in Cilium.
func (w *world) configure() {
	policy.SetPolicyEnabled(w.Mode)
	option.Config.AllowLocalhost = option.AllowLocalhostPolicy
	if w.AllowLocalHost {
		option.Config.AllowLocalhost = option.AllowLocalhostAlways
	}
}

func (w *world) identities() identity.IdentityMap {
	ids := identity.IdentityMap{}
	for _, id := range reserved {
		ids[id] = identity.LookupReservedIdentity(id).LabelArray
	}
	for _, i := range w.Identities {
		if i.Prefix != "" {
			ids[i.ID] = labels.GetCIDRLabelArray(netip.MustParsePrefix(i.Prefix))
			continue
		}
		all := labels.Labels{}
		for _, l := range i.Labels {
			all[l[1]] = labels.NewLabel(l[1], l[2], l[0])
		}
		ids[i.ID] = all.LabelArray()
	}
	return ids
}

func (w *world) repository(ids identity.IdentityMap) *policy.Repository {
	manager := identitymanager.NewIDManager(logger)
	translator := envoypolicy.NewEnvoyL7RulesTranslator(logger, certificatemanager.NewMockSecretManagerInline())
	repository := policy.NewPolicyRepository(logger, ids, nil, translator, manager, testpolicy.NewPolicyMetricsNoop())
	done := &sync.WaitGroup{}
	repository.GetSubjectSelectorCache().UpdateIdentities(ids, nil, done)
	done.Wait()
	for id, all := range ids {
		manager.Add(identityOf(id, all))
	}
	for _, p := range w.Policies {
		entries, err := p.entries()
		check(err, fmt.Sprintf("%s: %s %s/%s", w.Name, p.Kind, p.Scope, p.Name))
		namespace := p.Scope
		if namespace == "_cluster" {
			namespace = ""
		}
		resource := ipcachetypes.NewResourceID(ipcachetypes.ResourceKind(p.Kind), namespace, p.Name)
		repository.ReplaceByResource(entries, resource)
	}
	return repository
}

func identityOf(id identity.NumericIdentity, all labels.LabelArray) *identity.Identity {
	return &identity.Identity{ID: id, Labels: all.Labels(), LabelArray: all}
}

// entries reads a document as Cilium's watchers do.
func (p *policyInput) entries() (policytypes.PolicyEntries, error) {
	switch p.Kind {
	case "NetworkPolicy":
		document := &slim_networkingv1.NetworkPolicy{}
		if err := json.Unmarshal(p.Document, document); err != nil {
			return nil, err
		}
		return k8s.ParseNetworkPolicy(logger, "", document)
	case "CiliumNetworkPolicy", "Policy":
		document := &ciliumv2.CiliumNetworkPolicy{}
		if err := json.Unmarshal(p.Document, document); err != nil {
			return nil, err
		}
		rules, err := document.Parse(logger, "")
		return policyutils.RulesToPolicyEntries(rules), err
	default:
		document := &ciliumv2.CiliumClusterwideNetworkPolicy{}
		if err := json.Unmarshal(p.Document, document); err != nil {
			return nil, err
		}
		rules, err := document.Parse(logger, "")
		return policyutils.RulesToPolicyEntries(rules), err
	}
}

// endpointPolicy is what an endpoint of this identity would have in its map.
func (w *world) endpointPolicy(repository *policy.Repository, subject *identity.Identity) *policy.EndpointPolicy {
	owner := &policy.EndpointInfo{ID: uint64(subject.ID), TCPNamedPorts: map[string]uint16{}, UDPNamedPorts: map[string]uint16{}}
	for _, p := range w.Ports[subject.ID] {
		switch p.Protocol {
		case u8proto.TCP:
			owner.TCPNamedPorts[p.Name] = p.Port
		case u8proto.UDP:
			owner.UDPNamedPorts[p.Name] = p.Port
		}
	}
	selected, _, err := repository.GetSelectorPolicy(subject, 0, &stats{}, owner.ID)
	check(err, w.Name)
	distilled := selected.DistillPolicy(logger, owner, nil)
	distilled.Ready()
	distilled.Detach(logger)
	return distilled
}

// compare tells each packet on which the two do not agree, and how many they are.
func (w *world) compare() (differ int) {
	w.configure()
	ids := w.identities()
	repository := w.repository(ids)
	known := map[identity.NumericIdentity]*policy.EndpointPolicy{}
	for _, q := range w.Questions {
		if known[q.Subject] == nil {
			known[q.Subject] = w.endpointPolicy(repository, identityOf(q.Subject, ids[q.Subject]))
		}
		key := policy.EgressKey()
		if q.Direction == "ingress" {
			key = policy.IngressKey()
		}
		entry, _, found := known[q.Subject].Lookup(key.WithIdentity(q.Peer).WithPortProto(q.Protocol, q.Port))
		if allowed := found && !entry.IsDeny(); allowed != q.Allowed {
			differ++
			fmt.Printf("%s: %s of %d, peer %d, protocol %d, port %d: Cilium %t, Sluice %t (%s)\n",
				w.Name, q.Direction, q.Subject, q.Peer, q.Protocol, q.Port, allowed, q.Allowed, q.Why)
		}
	}
	return differ
}
