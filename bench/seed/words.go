package seed

import (
	"math/rand/v2"
	"strings"
)

// kind is a kind of product: what it is called, what it comes in.
type kind struct {
	name    string // the product type
	nouns   []string
	options []option // of a product with three variants
	wide    []option // of one with fifty
}

type option struct {
	name   string
	values []string
}

// The words are none of those that a rule of the demo shop's collections asks for.
var (
	adjectives = strings.Fields("Green Quiet Plain Heavy Light Round Bright Soft Warm Tall Narrow Wide Small Folding Nesting Woven Ribbed Brushed Glazed Carved Stitched Padded Hooded Slim Deep Low Twin Field Harbor Winter Summer Evening Morning Garden Studio Atelier Cabin Meadow Coastal Northern")
	materials  = strings.Fields("Oak Walnut Ash Maple Birch Steel Brass Copper Iron Clay Porcelain Stone Glass Marble Wool Cotton Canvas Leather Felt Cork Bamboo Rattan Paper Wax")
	finishes   = []option{{"Finish", strings.Fields("Natural Smoked Black")}}
	colors     = option{"Color", strings.Fields("Sand Ink Moss Rust Clay Chalk Slate Ochre Plum Fog")}
	sizes      = option{"Size", strings.Fields("Small Medium Large")}
	fullSizes  = option{"Size", strings.Fields("XS S M L XL")}

	kinds = func() (list []kind) {
		wide := []option{colors, fullSizes}
		for _, line := range strings.Split(strings.TrimSpace(kindLines), "\n") {
			name, nouns, _ := strings.Cut(line, ": ")
			k := kind{name: name, nouns: strings.Split(nouns, ", "), wide: wide, options: finishes}
			switch len(list) % 3 {
			case 1:
				k.options = []option{sizes}
			case 2:
				k.options = []option{{"Color", colors.values[:3]}}
			}
			list = append(list, k)
		}
		return list
	}()

	countries = strings.Fields("Denmark Portugal Japan Italy Sweden Canada Vietnam India Peru Morocco")
	tagWords  = func() []string {
		list := strings.Fields("spring summer autumn winter")
		for _, of := range strings.Fields("care made room style batch series") {
			for _, what := range strings.Fields("gentle slow small large bright dark north south east west early late first second third rare common plain rich old new calm bold fine raw warm cool dry wet flat high low near far open closed") {
				list = append(list, of+"-"+what)
			}
		}
		return list
	}()
	vendors = func() (list []string) {
		for _, a := range strings.Fields("Alder Birchwood Calloway Dunmore Eastgate Fallow Greywick Hartley Ives Juniper Kestrel Larkspur Millrace Norwood Orchard Pemberton Quarry Rosewood Sallow Thornbury") {
			for _, b := range strings.Fields("Works Mill Studio Supply Goods Makers House Yard Forge Union") {
				list = append(list, a+" "+b)
			}
		}
		return list
	}()
	firstNames = strings.Fields("Ada Ben Clara Daniel Elif Farah Goran Hana Ivan Julia Kofi Lena Marco Nadia Omar Priya Quentin Rosa Sven Tara Uma Viktor Wanda Xenia Yusuf Zoe")
	lastNames  = strings.Fields("Abbott Baker Castillo Dahl Eriksen Fischer Garcia Hughes Ivanov Jensen Kowalski Lopez Moreau Novak Okafor Petrov Quinn Rossi Sato Tanaka Ueda Vogel Weber Young Zimmermann")
	places     = []place{ // states without a sales tax come last: most orders are taxed on top
		{"Portland", "OR", "97205"}, {"Salem", "OR", "97301"}, {"Dover", "DE", "19901"}, {"Concord", "NH", "03301"}, {"Billings", "MT", "59101"},
	}
	sentences = []string{
		"Made to be used every day and to look better for it.", "The edges are rounded by hand, and the underside is finished like the top.",
		"It arrives in one piece and needs no tools.", "Small marks are part of how it is made.", "We have been making it the same way for eleven years.",
		"It is heavier than it looks, which keeps it where you put it.", "Wipe it with a damp cloth and let it dry in the air.",
		"The color deepens in the first months and then stays.", "Spare parts can be ordered for as long as we are here.", "It packs flat and weighs little.",
	}
)

const kindLines = `
Armchairs: Armchair, Reading Chair, Rocker
Benches: Bench, Hall Bench
Sideboards: Sideboard, Cabinet
Wall Art: Print, Relief
Trays: Tray, Serving Tray
Pitchers: Pitcher, Carafe
Teapots: Teapot, Tea Set
Cutting Tools: Peeler, Grater
Storage: Box, Crate, Bin
Hooks: Hook, Peg Rail
Curtains: Curtain, Blind
Bedding: Duvet Cover, Pillowcase
Towels: Towel, Bath Sheet
Aprons: Apron, Smock
Coats: Coat, Parka
Trousers: Trousers, Chinos
Gloves: Gloves, Mittens
Shoes: Shoe, Slipper
Bags: Bag, Satchel
Wallets: Wallet, Card Case
Umbrellas: Umbrella, Parasol
Desks: Writing Desk, Standing Desk
Lanterns: Lantern, Torch
Speakers: Speaker, Radio
Puzzles: Puzzle, Board Game
Instruments: Ukulele, Kalimba
Tools: Hammer, Plane, Chisel
Brushes: Brush, Broom
Soap: Soap, Shampoo Bar
Tea: Green Tea, Black Tea
Planters: Planter, Window Box
Bird Houses: Bird House, Feeder`

type place struct{ city, province, zip string }

// skewed picks an index below n; the first are picked far more often than the last, as in any shop.
func skewed(r *rand.Rand, n int) int {
	u := r.Float64()
	return int(float64(n) * u * u)
}

// one picks any word.
func one(r *rand.Rand, words []string) string { return words[r.IntN(len(words))] }
